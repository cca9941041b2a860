#include "policy/audit/chain.hpp"

#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <charconv>

namespace sealgate::policy {

namespace {

constexpr std::string_view seq_mark = "{\"seq\":";
constexpr std::string_view prev_mark = ",\"prev\":\"";
constexpr std::string_view hash_mark = ",\"hash\":\"";
constexpr std::size_t hash_length = 64;

// The marks stand at fixed distances from the line's ends, so that no field's content can imitate them.
std::expected<link, std::string> link_in(std::string_view line) {
    const auto hash_at = line.size() - std::min(line.size(), hash_mark.size() + hash_length + 2);
    const auto prev_at = hash_at - std::min(hash_at, prev_mark.size() + hash_length + 1);
    if (!line.starts_with(seq_mark) || line.substr(hash_at, hash_mark.size()) != hash_mark ||
        line.substr(prev_at, prev_mark.size()) != prev_mark || !line.ends_with("\"}"))
        return std::unexpected("is no record of this log's form");
    link out{.seq = 0,
             .prev = std::string(line.substr(prev_at + prev_mark.size(), hash_length)),
             .hash = std::string(line.substr(hash_at + hash_mark.size(), hash_length))};
    const auto [end, error] = std::from_chars(line.data() + seq_mark.size(), line.data() + prev_at, out.seq);
    if (error != std::errc{} || *end != ',') return std::unexpected("has no sequence number");
    if (sha256_hex(line.substr(0, hash_at)) != out.hash)
        return std::unexpected("was changed: its hash does not fit its content");
    return out;
}

} // namespace

std::optional<std::uint64_t> seq_of(std::string_view line) {
    if (!line.starts_with(seq_mark)) return std::nullopt;
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(line.data() + seq_mark.size(), line.data() + line.size(), out);
    return error == std::errc{} ? std::optional(out) : std::nullopt;
}

std::string_view time_text_of(std::string_view line) {
    constexpr std::string_view mark = ",\"time\":\"";
    if (!line.starts_with(seq_mark)) return {};
    line.remove_prefix(std::min(line.find_first_not_of("0123456789", seq_mark.size()), line.size()));
    if (!line.starts_with(mark)) return {};
    line.remove_prefix(mark.size());
    return line.substr(0, line.find('"'));
}

std::string records(std::uint64_t first, std::uint64_t last) {
    if (first == last) return "record " + std::to_string(first);
    return "records " + std::to_string(first) + " to " + std::to_string(last);
}

std::expected<link, std::string> read_link(std::string_view line) {
    if (line.size() > longest_record) return std::unexpected("is longer than 64 MiB, as no record is");
    if (line.ends_with('\r') && link_in(line.substr(0, line.size() - 1))) return std::unexpected(std::string(ends_in_crlf));
    return link_in(line);
}

std::string beginning_of_next(const chain_end& end) { return std::string(seq_mark) + std::to_string(end.last_seq + 1) + ","; }

std::string chain(chain_end& end, std::string_view fields) {
    auto line = beginning_of_next(end);
    line.append(fields).append(prev_mark).append(end.last_hash).append("\"");
    end = {.last_seq = end.last_seq + 1, .last_hash = sha256_hex(line)};
    line.append(hash_mark).append(end.last_hash).append("\"}");
    return line;
}

std::expected<chain_end, std::string> end_at(std::string_view line) {
    auto found = read_link(line);
    if (!found) return std::unexpected(std::move(found.error()));
    return chain_end{.last_seq = found->seq, .last_hash = std::move(found->hash)};
}

std::expected<chain_end, std::string> follow(const chain_end& before, std::string_view line) {
    auto found = read_link(line);
    if (!found) return std::unexpected(std::move(found.error()));
    const auto expected_seq = before.last_seq + 1;
    if (found->seq != expected_seq)
        return std::unexpected("has the number " + std::to_string(found->seq) + " where " + std::to_string(expected_seq) +
                               " belongs: records were removed, inserted or moved");
    if (found->prev != before.last_hash) return std::unexpected("does not follow the record before it: that one was replaced");
    return chain_end{.last_seq = found->seq, .last_hash = std::move(found->hash)};
}

} // namespace sealgate::policy
