#include "keys/gnupg/event_loop.hpp"

#include "keys/gnupg/gpg.hpp"

#include <algorithm>
#include <cstdint>
#include <poll.h>
#include <utility>

namespace sealgate::keys {

event_loop::event_loop(gpgme_ctx_t context)
    : context_(context) {
    gpgme_io_cbs callbacks{.add = add, .add_priv = this, .remove = remove, .event = on_event, .event_priv = this};
    gpgme_set_io_cbs(context, &callbacks);
}

event_loop::ending event_loop::run(std::chrono::steady_clock::time_point deadline) {
    while (!done_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0 || watches_.empty()) {
            gpgme_cancel(context_);
            reset();
            throw gpg_broken("gpg did not answer in time");
        }
        turn(static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
        throw_what_was_thrown();
    }
    auto out = std::move(ending_);
    reset();
    return out;
}

void event_loop::reset() {
    ending_ = {};
    done_ = false;
    thrown_ = nullptr;
}

void event_loop::throw_what_was_thrown() {
    if (!thrown_) return;
    const auto problem = thrown_;
    gpgme_cancel(context_);
    reset();
    std::rethrow_exception(problem);
}

void event_loop::turn(int milliseconds) {
    std::vector<pollfd> waiting;
    std::vector<const watch*> waiters;
    for (const auto& w : watches_) {
        waiting.push_back({.fd = w.descriptor, .events = w.events, .revents = 0});
        waiters.push_back(&w);
    }
    if (::poll(waiting.data(), waiting.size(), milliseconds) <= 0) return;
    for (std::size_t i = 0; i < waiting.size(); ++i)
        if (waiting[i].revents != 0 && is_registered(waiters[i])) waiters[i]->call(waiters[i]->data, waiting[i].fd);
}

// A call may take away other watches.
bool event_loop::is_registered(const watch* wanted) const {
    return std::ranges::any_of(watches_, [&](const watch& w) { return &w == wanted; });
}

gpgme_error_t event_loop::add(void* self, int descriptor, int is_input, gpgme_io_cb_t call, void* data, void** tag) {
    auto& loop = *static_cast<event_loop*>(self);
    const auto events = static_cast<short>(is_input != 0 ? POLLIN : POLLOUT);
    return loop.without_throwing([&] {
        loop.watches_.push_back({.loop = &loop, .descriptor = descriptor, .events = events, .call = call, .data = data});
        *tag = &loop.watches_.back();
    });
}

void event_loop::remove(void* tag) {
    if (tag == nullptr) return;
    auto& loop = *static_cast<watch*>(tag)->loop;
    loop.watches_.remove_if([&](const watch& w) { return &w == tag; });
}

void event_loop::on_event(void* self, gpgme_event_io_t type, void* data) {
    auto& loop = *static_cast<event_loop*>(self);
    if (type == GPGME_EVENT_DONE) {
        const auto& done = *static_cast<gpgme_io_event_done_data_t>(data);
        loop.ending_.error = done.err != 0 ? done.err : done.op_err;
        loop.done_ = true;
    } else if (type == GPGME_EVENT_NEXT_KEY) {
        const owned<gpgme_key_t> key(static_cast<gpgme_key_t>(data));
        loop.without_throwing([&] { loop.ending_.listed.push_back(certificate_of(*key)); });
    }
}

} // namespace sealgate::keys
