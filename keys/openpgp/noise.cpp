#include "keys/openpgp/noise.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <bit>

namespace sealgate::keys {

namespace {

// Noise is text for n octets from a given place on with probability 2^-1.1n. The longer the data, the more
// places: 2^-42 and less for all lengths.
std::size_t longest_run_of_noise(std::size_t size) { return 36 + std::bit_width(size); }

// The same for shreds of text between octets that are none: one octet of noise in 9,000 is deep in a run. More than
// these with probability 2^-48 and less for all lengths.
constexpr std::size_t depth = 12;
std::size_t most_deep_octets_of_noise(std::size_t size) { return 48 + size / 1024; }

// Pairs of equal octets in one, two, three and four windows together. Noise has 32, 127, 287 and 511; that many and more
// with probability 2^-61 and less. English text has 500 in one window, Chinese in UTF-8 240; in GBK or UTF-16 it
// has 450 in two.
constexpr auto fewest_pairs_of_text = std::to_array<std::size_t>({180, 360, 600, 900});

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

// What an octet does to the run of text before it, when so many more are awaited of a UTF-8 character.
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

// The steps of an octet in one word, 16 bits for each number that may be awaited: tables, since no branch can be foretold in
// noise, and a shift to the next step, since it is faster than a look into a second table. Bits 0 to 5 are the place of the
// next step's 16 bits, 6 that the run goes on, 7 that the octet is text.
constexpr auto steps = [] {
    std::array<std::uint64_t, 256> table{};
    for (unsigned octet = 0; octet < table.size(); ++octet)
        for (unsigned awaited = 0; awaited < 4; ++awaited) {
            const auto step = step_of(awaited, octet);
            const std::uint64_t bits = step.awaited * 16U | step.goes_on << 6U | step.is_text << 7U;
            table[octet] |= bits << awaited * 16U;
        }
    return table;
}();

// The run of text that ends with the last octet taken.
struct text_run {
    std::size_t length = 0;
    std::uint8_t place = 0; // of the next step

    void take(char octet) {
        const auto step = steps[static_cast<unsigned char>(octet)] >> place;
        length = (length & (0 - (step >> 6 & 1))) + (step >> 7 & 1);
        place = step & 63;
    }
};

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
    text_run run{.length = run_, .place = place_};
    std::size_t longest = 0;
    for (const char octet : octets) {
        run.take(octet);
        longest = std::max(longest, run.length);
    }
    if (longest > depth) count_deep(octets);
    run_ = run.length, place_ = run.place, longest_run_ = std::max(longest, longest_run_);
}

// Apart, since noise hardly ever needs it.
void noise_meter::count_deep(std::string_view octets) {
    text_run run{.length = run_, .place = place_};
    for (const char octet : octets) {
        run.take(octet);
        deep_ += run.length > depth;
    }
}

void noise_meter::count(std::string_view octets) {
    auto pairs = pairs_; // an octet written could be a part of a member
    for (const char octet : octets) pairs += seen_[static_cast<unsigned char>(octet)]++;
    pairs_ = pairs;
    repeats_itself_ = repeats_itself_ || pairs_ >= fewest_pairs_of_text.front();
    in_window_ += octets.size();
    if (in_window_ == window) close_window();
}

std::size_t noise_meter::pairs_together() const {
    int squares = 0; // of how often each octet was seen: two for each pair, and one for each octet
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        const auto seen = static_cast<std::int16_t>(seen_before_[i] + seen_[i]);
        squares += seen * seen;
    }
    return (static_cast<std::size_t>(squares) - (windows_before_ * window + in_window_)) / 2;
}

void noise_meter::close_window() {
    repeats_itself_ = repeats_itself_ || pairs_together() >= fewest_pairs_of_text[windows_before_];
    for (std::size_t i = 0; i < seen_.size(); ++i) seen_before_[i] = static_cast<std::int16_t>(seen_before_[i] + seen_[i]);
    if (++windows_before_ == fewest_pairs_of_text.size()) {
        seen_before_.fill(0);
        windows_before_ = 0;
    }
    seen_.fill(0);
    pairs_ = in_window_ = 0;
}

// A window that is not full has no more pairs than it will have.
bool noise_meter::is_noise() const {
    return !repeats_itself_ && pairs_together() < fewest_pairs_of_text[windows_before_] &&
           longest_run_ <= longest_run_of_noise(size_) && deep_ <= most_deep_octets_of_noise(size_);
}

void digit_meter::add(std::string_view base64) {
    constexpr std::size_t window = 128;
    auto pairs = pairs_, in_window = in_window_; // an octet written could be a part of a member
    for (const char digit : base64) {
        if (text::is_space(digit)) continue;
        pairs += seen_[static_cast<unsigned char>(digit)]++;
        if (++in_window < window) continue;
        spells_text_ = spells_text_ || pairs >= fewest_pairs_of_words_;
        seen_.fill(0);
        pairs = in_window = 0;
    }
    spells_text_ = spells_text_ || pairs >= fewest_pairs_of_words_; // a window that is not full has no more than it will have
    pairs_ = pairs, in_window_ = in_window;
}

bool spells_text(std::string_view base64, digits_of what) {
    digit_meter meter(what);
    meter.add(base64);
    return meter.spells_text();
}

bool is_noise(std::string_view octets) {
    noise_meter meter;
    meter.add(octets);
    return meter.is_noise();
}

} // namespace sealgate::keys
