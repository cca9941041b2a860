#include "policy/tags/collector.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::policy {
namespace {

constexpr std::size_t most_near_misses = 16; // and the first of each kind; the rest is for people to read
constexpr std::size_t longest_shown = 64;

bool is_unprintable(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0xAD;
}

std::string shown(std::string_view utf8) {
    constexpr std::size_t longest_point = 4; // bytes
    auto points = text::decode_utf8(utf8.substr(0, longest_shown * longest_point * 2));
    std::erase_if(points, is_unprintable);
    points.resize(std::min(points.size(), longest_shown));
    return text::encode_utf8(points);
}

// By what they do to the mail; how many kinds there are is the policy's classifications.
bool is_of_one_kind(const near_miss& one, const near_miss& other) {
    return one.meant == other.meant && one.stray == other.stray && one.unread == other.unread &&
           one.suggestion.empty() == other.suggestion.empty();
}

} // namespace

void finding_collector::add(found_tag found) {
    if (std::ranges::find(findings_.tags, found) == findings_.tags.end()) findings_.tags.push_back(std::move(found));
}

void finding_collector::add(near_miss miss) {
    auto& misses = findings_.near_misses;
    miss.text = shown(miss.text);
    if (std::ranges::find(misses, miss) != misses.end()) return;
    const auto is_alike = [&](const near_miss& other) { return is_of_one_kind(miss, other); };
    if (misses.size() < most_near_misses || std::ranges::none_of(misses, is_alike)) misses.push_back(std::move(miss));
}

} // namespace sealgate::policy
