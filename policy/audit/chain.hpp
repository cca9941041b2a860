// The audit log's hash chain (contrib/design/audit_format.md): each line vouches for the one before it.
//
//   {"seq":7,FIELDS,"prev":"<hash of line 6>","hash":"<SHA-256 of every octet before ,"hash":>"}
//
// Detects a line changed, removed, inserted or moved inside the log. It can't detect a cut tail, nor a log written anew as a
// whole by someone who can compute SHA-256: that takes a checkpoint (policy/proof/checkpoint.hpp), kept elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

// Octets of a line without its line end. What is longer is no record, so that whoever reads a log needs no more memory than
// this; a record of a hundred thousand recipients is shorter. Its fields leave room for the rest of the line.
inline constexpr std::size_t longest_record = std::size_t{64} << 20;
inline constexpr std::size_t longest_fields = longest_record - 256;

// What is said of a line that is whole but for that.
inline constexpr std::string_view ends_in_crlf =
    "ends in CR LF instead of LF: the line ends were changed when the file was copied; copy it again as it is, octet by octet, "
    "or undo that with: tr -d '\\r'";

// Where the next line goes.
struct chain_end {
    std::uint64_t last_seq = 0;
    std::string last_hash = std::string(64, '0');
    bool operator==(const chain_end&) const = default;
};

// What a line says of its place in the log.
struct link {
    std::uint64_t seq = 0;
    std::string prev, hash; // 64 hex digits each
};

// The number that a line of the log claims, and the time behind it as it is written there, without a look at the rest of the
// line; nothing, and empty, where they are not in their places.
std::optional<std::uint64_t> seq_of(std::string_view line);
std::string_view time_text_of(std::string_view line);

// "record 7", "records 1 to 7".
std::string records(std::uint64_t first, std::uint64_t last);

// Its own hash is checked; the error is what is wrong, in one phrase.
std::expected<link, std::string> read_link(std::string_view line);

// Appends a record: FIELDS are its JSON members without braces. Returns the line without a line end, and moves `end` on.
std::string chain(chain_end& end, std::string_view fields);

// What a line at that end begins with, whatever it says.
std::string beginning_of_next(const chain_end& end);

// Checks one line against what came before it. Returns the new end, or what is wrong, in one phrase.
std::expected<chain_end, std::string> follow(const chain_end& before, std::string_view line);

// The end that a line claims to be, its own hash checked: for picking up a log at its last line.
std::expected<chain_end, std::string> end_at(std::string_view line);

} // namespace sealgate::policy
