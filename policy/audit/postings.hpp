// What an index of the log holds of its lines (contrib/design/audit_format.md): where the records with an id or a sender begin,
// and which lines count in every answer. Places are counted from the beginning of a part of a file.
//
// Pure. Who asks for an id or a sender reads the lines that are named here, and misses nothing that a question reads all lines
// for: milter/audit/search counts damaged lines, follows the key of hashed addresses, and counts what that key does not fit.
#pragma once

#include "policy/audit/query.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sealgate::policy {

using places = std::vector<std::uint32_t>; // sorted

struct posting {
    std::uint64_t key = 0; // of a field and its value
    std::uint32_t at = 0;
    auto operator<=>(const posting&) const = default;
};

struct postings {
    std::vector<posting> of_values = {}; // sorted
    places always = {};                  // lines that are damaged, were not read, or are starts of the gateway
    places hashed = {};                  // between any two of those the first record whose people are hashed
    std::uint64_t lines = 0;
};

// Longer lines are not read for an index, so that making one takes little memory; whoever asks reads them.
inline constexpr std::size_t longest_indexed = std::size_t{1} << 20;

class postings_builder {
public:
    // In the order of their places.
    void add(std::uint32_t at, std::string_view line);
    void add_unread(std::uint32_t at);

    postings take() &&;

private:
    postings made_;
    bool hashed_seen_ = false; // since the last of `always`
};

// The part of a question that an index answers: ids, or else senders. Nothing: all lines have to be read.
std::optional<query> indexed_part(const query& asked);
std::vector<std::uint64_t> keys_of(const query& part);

} // namespace sealgate::policy
