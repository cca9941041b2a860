#include "milter/protocol/wire.hpp"

#include "policy/base/bytes.hpp"
#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::size_t length_size = 4;
constexpr std::size_t head_size = length_size + 1; // the length and the letter

constexpr auto commands = std::to_array<std::pair<command, std::string_view>>({
    {command::negotiate, "OPTNEG"},
    {command::macros, "MACRO"},
    {command::connect, "CONNECT"},
    {command::helo, "HELO"},
    {command::mail, "MAIL"},
    {command::rcpt, "RCPT"},
    {command::data, "DATA"},
    {command::header, "HEADER"},
    {command::end_of_header, "EOH"},
    {command::body, "BODY"},
    {command::end_of_body, "BODYEOB"},
    {command::unknown, "UNKNOWN"},
    {command::abort, "ABORT"},
    {command::quit, "QUIT"},
    {command::quit_new, "QUIT_NC"},
});

std::size_t announced(std::string_view frame_start) { return *bytes::cursor(frame_start).u32(); }

// `47 45 54 20 "GET "`
std::string shown(std::string_view octets) {
    std::string out;
    for (std::size_t i = 0; i < octets.size(); ++i) out += text::upper_hex(octets.substr(i, 1)) + ' ';
    return out + '"' + text::ascii(octets) + '"';
}

} // namespace

std::optional<command> command_of(char letter) {
    const auto* const found =
        std::ranges::find(commands, letter, [](const auto& entry) { return std::to_underlying(entry.first); });
    if (found == commands.end()) return std::nullopt;
    return found->first;
}

std::string_view name_of(command letter) {
    return std::ranges::find(commands, letter, &decltype(commands)::value_type::first)->second;
}

namespace {

// What is wrong with a frame, as far as its first bytes tell.
std::optional<protocol_error> objection(std::string_view seen) {
    if (seen.size() < length_size) return std::nullopt;
    const auto length = announced(seen);
    if (length == 0) return protocol_error{"frame of 0 bytes announced"};
    if (length > longest_frame)
        return protocol_error{"frame of " + std::to_string(length) + " bytes announced (limit " +
                              std::to_string(longest_frame) + "), first bytes " + shown(seen.substr(0, length_size))};
    if (seen.size() < head_size || command_of(seen[length_size])) return std::nullopt;
    return protocol_error{"unknown command " + shown(seen.substr(length_size, 1)) + " in a frame of " + std::to_string(length) +
                          " bytes"};
}

} // namespace

void frame_reader::feed(std::string_view chunk) {
    assert(chunk_.empty() || failed_);
    chunk_ = chunk;
}

// Moves bytes of the chunk to partial_ until it holds that many, or the chunk is used up.
void frame_reader::gather(std::size_t size) {
    if (partial_.size() >= size) return;
    const auto piece = chunk_.substr(0, size - partial_.size());
    partial_ += piece;
    chunk_.remove_prefix(piece.size());
}

std::expected<std::optional<frame>, protocol_error> frame_reader::next() {
    if (std::exchange(partial_is_read_, false)) partial_.clear();
    if (partial_.empty() && partial_.capacity() > 2 * longest_piece) std::string().swap(partial_);
    if (!partial_.empty()) gather(head_size);

    const std::string_view seen = partial_.empty() ? chunk_ : std::string_view(partial_);
    if (!failed_) failed_ = objection(seen);
    if (failed_) return std::unexpected(*failed_);

    const auto whole = seen.size() < head_size ? head_size : length_size + announced(seen);
    if (partial_.empty() && chunk_.size() >= whole) {
        const auto found = *bytes::cursor(chunk_).take(whole);
        chunk_.remove_prefix(whole);
        return frame{.letter = *command_of(found[length_size]), .payload = found.substr(head_size)};
    }
    gather(whole);
    if (partial_.size() < whole) return std::nullopt;
    partial_is_read_ = true;
    return frame{.letter = *command_of(partial_[length_size]), .payload = std::string_view(partial_).substr(head_size)};
}

std::string frame_head(reply letter, std::size_t payload) {
    std::string out;
    bytes::appender(out).u32(static_cast<std::uint32_t>(payload + 1)).u8(static_cast<std::uint8_t>(letter));
    return out;
}

void append_frame(std::string& out, reply letter, std::string_view payload) {
    out.append(frame_head(letter, payload.size())).append(payload);
}

std::string frame_of(reply letter, std::string_view payload) {
    std::string out;
    append_frame(out, letter, payload);
    return out;
}

} // namespace sealgate::milter
