// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>

#include <optional>
#include <utility>
#include <variant>

namespace Tideline {

// A value, or the reason why there is none. No exception crosses the API.
template <typename T>
class [[nodiscard]] Result
{
public:
    Result(T value)
        : m_content(std::in_place_index<0>, std::move(value))
    {
    } // NOLINT(google-explicit-constructor)
    Result(Failure failure)
        : m_content(std::in_place_index<1>, std::move(failure))
    {
    } // NOLINT(google-explicit-constructor)

    bool ok() const { return m_content.index() == 0; }
    explicit operator bool() const { return ok(); }

    const T &value() const & { return std::get<0>(m_content); }
    T &value() & { return std::get<0>(m_content); }
    T &&value() && { return std::get<0>(std::move(m_content)); }
    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }

    Failure failure() const { return ok() ? Failure() : std::get<1>(m_content); }

private:
    std::variant<T, Failure> m_content;
};

template <>
class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Failure failure)
        : m_failure(std::move(failure))
    {
    } // NOLINT(google-explicit-constructor)

    bool ok() const { return !m_failure.isFailure(); }
    explicit operator bool() const { return ok(); }
    const Failure &failure() const { return m_failure; }

private:
    Failure m_failure;
};

} // namespace Tideline
