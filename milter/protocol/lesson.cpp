#include "milter/protocol/lesson.hpp"

#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::milter {

template <class Work>
void lesson::go_on(Work work) noexcept {
    if (taker_ == nullptr) return;
    try {
        work();
    } catch (...) { // no memory, no disk: the next mail teaches the same
        end();
    }
}

void lesson::end() {
    taker_ = nullptr;
    mail_ = {};
    held_ = 0;
    body_.reset();
}

// Of Received nothing counts but where the first one stands.
void lesson::add_field(std::string_view name, std::string_view value) noexcept {
    go_on([&] {
        if (!keys::is_read_to_learn(name)) return;
        if (text::iequals(name, "Received")) {
            if (std::exchange(has_received_, true)) return;
            value = {};
        }
        held_ += sizeof(policy::header_field) + name.size() + value.size();
        if (held_ > most_header) return end();
        mail_.fields.push_back({.name = std::string(name), .value = std::string(value)});
    });
}

void lesson::end_header(std::string_view server) noexcept {
    go_on([&] {
        server_ = server;
        switch (taker_->extent_of(mail_, server_)) {
        case keys::lesson_extent::nothing: return end();
        case keys::lesson_extent::header: return;
        case keys::lesson_extent::whole: body_ = room_(0);
        }
    });
}

void lesson::add_body(std::string_view piece) noexcept {
    go_on([&] {
        if (!body_) return;
        body_octets_ += piece.size();
        if (body_octets_ > most_body) return body_.reset();
        body_->append(piece);
    });
}

void lesson::end_message() noexcept {
    go_on([&] {
        if (body_) mail_.body = body_->finish();
        taker_->take(std::move(mail_), server_);
        end();
    });
}

} // namespace sealgate::milter
