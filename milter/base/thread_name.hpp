// Names of threads, as `top -H` and perf show them.
#pragma once

#include <array>
#include <pthread.h>

namespace sealgate::milter {

// What `make` gives, in place; the threads that it starts have that name (at most 15 octets), since a thread begins with the
// name of the one that starts it.
template <class F>
auto with_thread_name(const char* name, F make) {
    class naming {
    public:
        explicit naming(const char* other) {
            ::pthread_getname_np(::pthread_self(), before_.data(), before_.size());
            ::pthread_setname_np(::pthread_self(), other);
        }
        ~naming() { ::pthread_setname_np(::pthread_self(), before_.data()); }
        naming(const naming&) = delete;
        naming& operator=(const naming&) = delete;

    private:
        std::array<char, 16> before_{};
    };
    const naming meanwhile(name);
    return make();
}

} // namespace sealgate::milter
