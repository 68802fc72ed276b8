// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "async/taskrunner.h"

namespace Tideline::Rest {

TaskRunner::Job::~Job() = default;

void TaskRunner::add(std::unique_ptr<Job> job)
{
    const quint64 id = ++m_lastId;
    m_jobs.emplace(id, std::move(job));
    const auto begin = [this, id] {
        if (const auto found = m_jobs.find(id); found != m_jobs.end()) {
            found->second->start([this, id] {
                QMetaObject::invokeMethod(
                    this, [this, id] { finish(id); }, Qt::QueuedConnection);
            });
        }
    };
    QMetaObject::invokeMethod(this, begin, Qt::QueuedConnection);
}

void TaskRunner::finish(quint64 id)
{
    const auto found = m_jobs.find(id);
    if (found == m_jobs.end())
        return; // it was done, and cancelled before its answer went out
    const std::unique_ptr<Job> job = std::move(found->second);
    m_jobs.erase(found);
    job->finish();
}

void TaskRunner::cancelAll()
{
    for (const auto &[id, job] : m_jobs) {
        job->cancel();
        QMetaObject::invokeMethod(
            this, [this, id = id] { finish(id); }, Qt::QueuedConnection);
    }
}

} // namespace Tideline::Rest
