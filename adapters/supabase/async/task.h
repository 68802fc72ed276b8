// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QObject>

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace Tideline::Rest {

// A coroutine that answers once. It is lazy: it begins when it is awaited or started. Destroying it where it waits
// ends everything below it, requests in flight included: that is how work is cancelled. Never destroy a running one.
template <typename T>
class [[nodiscard]] Task
{
public:
    class promise_type;
    using Handle = std::coroutine_handle<promise_type>;

    class promise_type
    {
    public:
        Task get_return_object() { return Task(Handle::from_promise(*this)); }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        auto final_suspend() const noexcept { return End(); }
        void return_value(T value) { result = std::move(value); }
        void unhandled_exception() const noexcept { std::terminate(); } // the project throws none

        std::optional<T> result;
        std::coroutine_handle<> awaiter;
        std::function<void()> whenDone;
    };

    Task() = default;
    explicit Task(Handle handle)
        : m_handle(handle)
    {
    }
    Task(Task &&other) noexcept
        : m_handle(std::exchange(other.m_handle, {}))
    {
    }
    Task &operator=(Task &&other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    ~Task()
    {
        if (m_handle)
            m_handle.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) const noexcept
    {
        m_handle.promise().awaiter = awaiter;
        return m_handle;
    }
    T await_resume() const { return takeResult(); }

    // For the outermost task. whenDone is called from inside the coroutine: it must not destroy it.
    void start(const std::function<void()> &whenDone) const
    {
        m_handle.promise().whenDone = whenDone;
        m_handle.resume();
    }
    T takeResult() const { return std::move(*m_handle.promise().result); }

private:
    class End
    {
    public:
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle handle) const noexcept
        {
            if (handle.promise().awaiter)
                return handle.promise().awaiter;
            if (handle.promise().whenDone)
                handle.promise().whenDone();
            return std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };

    Handle m_handle;
};

// co_await Emission(sender, &Sender::signal): goes on from the event loop after the signal's next emission.
template <typename Sender, typename Signal>
class Emission
{
public:
    Emission(const Sender *sender, Signal signal)
        : m_sender(sender)
        , m_signal(signal)
    {
    }
    Q_DISABLE_COPY_MOVE(Emission)

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiter)
    {
        QObject::connect(
            m_sender, m_signal, &m_context, [awaiter] { awaiter.resume(); },
            static_cast<Qt::ConnectionType>(Qt::QueuedConnection | Qt::SingleShotConnection));
    }
    void await_resume() const noexcept {}

private:
    const Sender *m_sender;
    Signal m_signal;
    QObject m_context; // its end takes the connection with it
};

} // namespace Tideline::Rest
