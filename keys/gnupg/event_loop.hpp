// GPGME's operations with a deadline.
// Tested by sealing/seal_test and e2e/test_failures.py.
#pragma once

#include "keys/gnupg/gpgme_values.hpp"

#include <chrono>
#include <exception>
#include <list>
#include <vector>

namespace sealgate::keys {

// Carries one context's operations. GPGME's own loop looks at a cancellation only when gpg says something, so
// one that hangs would hang its caller; hence this one, with a deadline.
class event_loop {
public:
    // The context outlives it.
    explicit event_loop(gpgme_ctx_t context);
    event_loop(const event_loop&) = delete;
    event_loop& operator=(const event_loop&) = delete;

    struct ending {
        gpgme_error_t error = 0;
        std::vector<certificate> listed;
    };

    // After an operation was started: until its end. Throws gpg_broken where that does not come in time, and what a
    // callback could not throw.
    ending run(std::chrono::steady_clock::time_point deadline);

    void reset();

    // GPGME is C: nothing may be thrown through it.
    template <class F>
    gpgme_error_t without_throwing(F work) {
        try {
            work();
            return 0;
        } catch (...) {
            thrown_ = std::current_exception();
            return gpgme_error(GPG_ERR_ENOMEM);
        }
    }

    // Takes over what a callback could not throw.
    void throw_what_was_thrown();

private:
    struct watch {
        event_loop* loop;
        int descriptor;
        short events;
        gpgme_io_cb_t call;
        void* data;
    };

    void turn(int milliseconds);
    bool is_registered(const watch* wanted) const;
    static gpgme_error_t add(void* self, int descriptor, int is_input, gpgme_io_cb_t call, void* data, void** tag);
    static void remove(void* tag);
    static void on_event(void* self, gpgme_event_io_t type, void* data);

    gpgme_ctx_t context_;
    std::list<watch> watches_; // GPGME keeps pointers to them
    ending ending_;
    bool done_ = false;
    std::exception_ptr thrown_;
};

} // namespace sealgate::keys
