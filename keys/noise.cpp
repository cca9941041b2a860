#include "keys/noise.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <bit>

namespace sealgate::keys {

namespace {

// Noise is text for n octets from a given place on with probability 2^-1.1n. The longer the data, the more
// places: 2^-41 and less for all lengths.
std::size_t longest_run_of_noise(std::size_t size) { return 35 + std::bit_width(size); }

// In a window of 128 random octets 32 pairs are equal; 180 and more with probability 2^-66. English text has
// 500, Chinese in UTF-8 240.
constexpr std::size_t fewest_pairs_of_text = 180;

constexpr bool is_ascii_text(unsigned octet) {
    return (octet >= ' ' && octet < 0x7F) || text::is_space(static_cast<char>(octet));
}

constexpr bool is_continuation(unsigned octet) { return (octet & 0xC0) == 0x80; }

// Octets that follow the first of a UTF-8 character of two and more; 0: it is none.
constexpr std::uint8_t octets_behind(unsigned first) {
    if (first >= 0xC2 && first <= 0xDF) return 1;
    if (first >= 0xE0 && first <= 0xEF) return 2;
    return first >= 0xF0 && first <= 0xF4 ? 3 : 0;
}

// What an octet does to the run of text before it. A table, since no branch can be foretold in noise.
struct step {
    std::uint8_t awaited; // afterwards
    bool goes_on;         // the run before it counts
    bool is_text;         // it counts itself
};

constexpr step step_of(unsigned awaited, unsigned octet) {
    if (awaited != 0 && is_continuation(octet))
        return {.awaited = static_cast<std::uint8_t>(awaited - 1), .goes_on = true, .is_text = true};
    const auto behind = octets_behind(octet);
    const bool is_text = behind != 0 || is_ascii_text(octet);
    return {.awaited = behind, .goes_on = awaited == 0 && is_text, .is_text = is_text};
}

constexpr auto steps = [] {
    std::array<std::array<step, 256>, 4> table{};
    for (unsigned awaited = 0; awaited < table.size(); ++awaited)
        for (unsigned octet = 0; octet < 256; ++octet) table[awaited][octet] = step_of(awaited, octet);
    return table;
}();

} // namespace

void noise_meter::add(std::string_view octets) {
    size_ += octets.size();
    while (!octets.empty()) {
        const auto piece = octets.substr(0, window - in_window_);
        follow_text(piece);
        count(piece);
        octets.remove_prefix(piece.size());
    }
}

void noise_meter::follow_text(std::string_view octets) {
    auto run = run_, longest = longest_run_;
    auto awaited = awaited_;
    for (const char octet : octets) {
        const auto next = steps[awaited][static_cast<unsigned char>(octet)];
        run = run * next.goes_on + next.is_text;
        longest = std::max(longest, run);
        awaited = next.awaited;
    }
    run_ = run, longest_run_ = longest, awaited_ = awaited;
}

void noise_meter::count(std::string_view octets) {
    for (const char octet : octets) pairs_ += seen_[static_cast<unsigned char>(octet)]++;
    repeats_itself_ = repeats_itself_ || pairs_ >= fewest_pairs_of_text;
    in_window_ += octets.size();
    if (in_window_ < window) return;
    seen_.fill(0);
    pairs_ = in_window_ = 0;
}

bool noise_meter::is_noise() const { return !repeats_itself_ && longest_run_ <= longest_run_of_noise(size_); }

// In a window of 128 digits of noise 127 pairs are equal; 260 and more with probability 2^-60. English words have 450.
bool spells_text(std::string_view base64) {
    constexpr std::size_t window = 128, fewest_pairs_of_words = 260;
    std::array<std::uint8_t, 256> seen{};
    std::size_t pairs = 0, in_window = 0;
    for (const char digit : base64) {
        if (text::is_space(digit)) continue;
        pairs += seen[static_cast<unsigned char>(digit)]++;
        if (++in_window < window) continue;
        if (pairs >= fewest_pairs_of_words) return true;
        seen.fill(0);
        pairs = in_window = 0;
    }
    return false;
}

bool is_noise(std::string_view octets) {
    noise_meter meter;
    meter.add(octets);
    return meter.is_noise();
}

} // namespace sealgate::keys
