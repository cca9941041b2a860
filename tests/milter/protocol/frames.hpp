// The mail server's side of the milter protocol in a few words, for tests: frames to send, and a conversation
// that feeds them to a session and keeps what it said.
#pragma once

#include "milter/protocol/session.hpp"
#include "policy/base/bytes.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sealgate::milter::test {

inline constexpr std::uint32_t postfix_actions = 0x1FF;
inline constexpr std::uint32_t postfix_protocol = 0x1FFFFF;

inline std::string packet(char letter, std::string_view payload = {}) {
    std::string out;
    bytes::appender(out).u32(static_cast<std::uint32_t>(payload.size() + 1)).u8(static_cast<std::uint8_t>(letter)).raw(payload);
    return out;
}

inline std::string strings(std::initializer_list<std::string_view> all) {
    std::string out;
    for (const auto s : all) bytes::appender(out).c_string(s);
    return out;
}

inline std::string offered(std::uint32_t version = 6, std::uint32_t actions = postfix_actions,
                           std::uint32_t protocol = postfix_protocol) {
    std::string out;
    bytes::appender(out).u32(version).u32(actions).u32(protocol);
    return packet('O', out);
}

inline std::string macros(char event, std::initializer_list<std::string_view> pairs) {
    return packet('D', event + strings(pairs));
}

inline std::string connected(std::string_view address = "192.0.2.7", char family = '4') {
    std::string out;
    bytes::appender(out).c_string("client.example").u8(static_cast<std::uint8_t>(family)).u16(50386).c_string(address);
    return packet('C', out);
}

inline std::string mail(std::string_view path) { return packet('M', strings({path, "SIZE=812"})); }
inline std::string rcpt(std::string_view path) { return packet('R', strings({path})); }
inline std::string header(std::string_view name, std::string_view value) { return packet('L', strings({name, value})); }

// Frame reader and session as a connection drives them. Every decision is answered with ACCEPT at once.
struct conversation {
    // Client and queue id of what went out undecided. The session keeps hold of it, wherever the conversation goes.
    std::shared_ptr<std::vector<std::string>> passed = std::make_shared<std::vector<std::string>>();
    session talk;
    frame_reader reader = {};
    std::string sent = {}; // all bytes towards the server
    std::vector<transaction> decisions = {};
    std::string error = {}; // what the protocol error said
    bool closed = false;

    explicit conversation(std::size_t limit = 1'000'000)
        : talk(session_options{.max_message_size = limit,
                               .direction_of =
                                   [](const connected_client& client, std::string_view user, const policy::address& sender) {
                                       if (!user.empty() || client.address == "127.0.0.1") return direction::outgoing;
                                       return sender.domain == "own.example" ? direction::by_recipients : direction::incoming;
                                   },
                               .is_outside = [](const policy::address& who) { return who.domain != "own.example"; },
                               .has_passed =
                                   [seen = passed](const connected_client& client, std::string_view queue_id) {
                                       seen->push_back(client.address + " " + std::string(queue_id));
                                   }}) {}

    conversation& say(std::string_view chunk) {
        if (!error.empty() || closed) return *this;
        reader.feed(chunk);
        while (error.empty() && !closed) {
            const auto next = reader.next();
            if (!next) error = next.error().what;
            if (!next || !*next) break;
            hear(**next);
        }
        return *this;
    }

    void hear(const frame& event) {
        auto next = talk.take(event);
        if (!next) {
            error = next.error().what;
        } else if (auto* const reply = std::get_if<send_bytes>(&*next)) {
            sent += reply->bytes;
        } else if (auto* const due = std::get_if<message_complete>(&*next)) {
            decisions.push_back(std::move(due->completed));
            sent += packet('a');
            talk.answered();
        } else if (std::holds_alternative<hang_up>(*next)) {
            closed = true;
        }
    }
};

inline conversation said(std::string_view stream, std::size_t limit = 1'000'000) {
    conversation talk(limit);
    talk.say(stream);
    return talk;
}

// From the negotiation to the point where MAIL may come.
inline std::string introduction() { return offered() + connected() + packet('H', strings({"client.example"})); }

inline std::string login() { return macros('M', {"{auth_authen}", "ann"}); }

inline std::string content() {
    return header("Subject", " [CONFIDENTIAL] x") + header("To", " bob@partner.example,\n\tcarol@partner.example") +
           packet('N') + packet('B', "line one\r\n") + packet('B', "line two\r\n") + packet('E');
}

inline std::string whole_mail() { return login() + mail("<ann@corp.example>") + rcpt("<bob@partner.example>") + content(); }

} // namespace sealgate::milter::test
