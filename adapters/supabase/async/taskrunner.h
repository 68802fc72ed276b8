// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "async/task.h"

#include <QtCore/QFuture>
#include <QtCore/QPromise>

#include <memory>
#include <unordered_map>

namespace Tideline::Rest {

// Runs tasks on its own thread and answers through futures, from the event loop and with no task on the call stack, so
// that whoever is answered may cancel or destroy everything. Its destruction cancels the futures that are open.
class TaskRunner : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    template <typename T>
    QFuture<T> run(Task<T> task, T cancelled)
    {
        auto job = std::make_unique<TypedJob<T>>(std::move(task), std::move(cancelled));
        QFuture<T> future = job->promise.future();
        add(std::move(job));
        return future;
    }

    // What runs is destroyed at once; the futures end with their "cancelled" value, soon.
    void cancelAll();

private:
    class Job
    {
    public:
        Job() = default;
        virtual ~Job();
        Q_DISABLE_COPY_MOVE(Job)
        virtual void start(std::function<void()> whenDone) = 0;
        virtual void cancel() = 0;
        virtual void finish() = 0;
    };

    template <typename T>
    class TypedJob final : public Job
    {
    public:
        TypedJob(Task<T> work, T valueWhenCancelled)
            : task(std::move(work))
            , cancelled(std::move(valueWhenCancelled))
        {
            promise.start();
        }
        void start(std::function<void()> whenDone) override
        {
            if (!isCancelled)
                task.start(std::move(whenDone));
        }
        void cancel() override
        {
            isCancelled = true;
            const Task<T> ended = std::move(task);
        }
        void finish() override
        {
            promise.addResult(isCancelled ? std::move(cancelled) : task.takeResult());
            promise.finish();
        }

        QPromise<T> promise;
        Task<T> task;
        T cancelled;
        bool isCancelled = false;
    };

    void add(std::unique_ptr<Job> job);
    void finish(quint64 id);

    std::unordered_map<quint64, std::unique_ptr<Job>> m_jobs;
    quint64 m_lastId = 0;
};

} // namespace Tideline::Rest
