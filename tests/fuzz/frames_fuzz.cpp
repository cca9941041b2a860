// Any bytes, in any chunking, through the frame reader and the session, as a connection would drive them.
//
// The first byte is the size of the chunks. What must hold: no crash, no read out of bounds, bounded memory,
// what is kept is within the limit, and every answer can be encoded. The same stream in one chunk must say
// the same.
#include "milter/protocol/edits.hpp"
#include "milter/protocol/session.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

using namespace sealgate::milter;

namespace {

constexpr std::size_t limit = 2000;

std::string answer_to(const transaction& completed, const agreement& agreed) {
    require(completed.truncated || completed.size <= limit);
    require(completed.mail.body.size() <= limit);
    answer decided{.final = verdict::accept};
    decided.edits.body = completed.mail.body;
    decided.edits.deletions = number_fields(completed.mail);
    decided.edits.additions = completed.mail.fields;
    for (const auto& recipient : completed.recipients) decided.edits.recipients.push_back(recipient.spelled);
    return joined(encode(decided, agreed));
}

// What the connection would send, and how it ended.
std::string converse(std::string_view stream, std::size_t chunk_size) {
    session talk({.max_message_size = limit,
                  .direction_of =
                      [](const connected_client& client, std::string_view user, const sealgate::policy::address& sender) {
                          if (!user.empty() || !client.address.empty()) return direction::outgoing;
                          return sender.is_null() ? direction::incoming : direction::by_recipients;
                      },
                  .is_outside = [](const sealgate::policy::address& who) { return who.domain != "example.org"; }});
    frame_reader reader;
    std::string sent;
    for (; !stream.empty(); stream.remove_prefix(std::min(chunk_size, stream.size()))) {
        const std::string chunk(stream.substr(0, chunk_size)); // its own memory: a view kept too long is seen
        reader.feed(chunk);
        for (;;) {
            const auto event = reader.next();
            if (!event) return sent + event.error().what;
            if (!*event) break;
            auto next = talk.take(**event);
            if (!next) return sent + next.error().what;
            if (std::holds_alternative<hang_up>(*next)) return sent + "closed";
            if (const auto* const reply = std::get_if<send_bytes>(&*next)) sent += reply->bytes;
            if (const auto* const due = std::get_if<message_complete>(&*next)) {
                require(talk.answer_due());
                sent += answer_to(due->completed, talk.agreed());
                talk.answered();
            }
        }
    }
    return sent;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
    require(converse(stream, data[0] + 1U) == converse(stream, size));
    return 0;
}
