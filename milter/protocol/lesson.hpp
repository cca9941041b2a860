// What is kept of a mail that passes for what it may teach about its author's keys (keys/learning/): a few fields, and the body
// where the header says that it is worth it. Streams past with the mail, and never stands in its way: what is too much, cannot
// be kept or throws ends the lesson, not the mail.
#pragma once

#include "keys/learning/learned_certificate.hpp"
#include "policy/base/octets.hpp"
#include "policy/mail/message.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sealgate::milter {

// Who learns. Asked on the network thread, and answers at once.
class lesson_taker {
public:
    virtual bool is_on() const = 0;
    // By the fields of the header that matter. `server`: what the mail server calls itself.
    virtual keys::lesson_extent extent_of(const policy::message& header, std::string_view server) = 0;
    // The mail has passed. Its body is empty where only the header was wanted, or the body is too large.
    virtual void take(policy::message mail, std::string_view server) = 0;

protected:
    ~lesson_taker() = default;
};

class lesson {
public:
    static constexpr std::size_t most_header = std::size_t{32} << 10, most_body = std::size_t{1} << 20; // octets

    // Without a taker nothing is kept; it outlives the lesson. The body comes into being in `room`.
    explicit lesson(lesson_taker* taker = nullptr, octet_room room = write_in_memory)
        : taker_(taker)
        , room_(std::move(room)) {}

    void add_field(std::string_view name, std::string_view value) noexcept;
    void end_header(std::string_view server) noexcept;
    void add_body(std::string_view piece) noexcept;
    void end_message() noexcept;

    // Octets of memory that the fields take, about.
    std::size_t held() const { return held_; }

private:
    template <class Work>
    void go_on(Work work) noexcept;
    void end();

    lesson_taker* taker_; // null: it is over
    octet_room room_;
    policy::message mail_;
    std::size_t held_ = 0;
    bool has_received_ = false;
    std::string server_;
    std::unique_ptr<octet_writer> body_; // where it is wanted
    std::size_t body_octets_ = 0;
};

} // namespace sealgate::milter
