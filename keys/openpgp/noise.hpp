// Whether octets can be ciphertext: what is encrypted looks like noise, and what can be read does not.
//
// Refused: text in UTF-8 of some length in a row, or in many shreds; and windows in which few values come up again and
// again (text in any other alphabet or charset, zeros). Of 64 MiB of real ciphertext less than one in 2^40 is refused.
// Noise is no proof: compressed data pass, and so does a text short enough. Pure; one pass; nothing is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sealgate::keys {

// Takes the octets in as many pieces as they come in.
class noise_meter {
public:
    void add(std::string_view octets);

    bool is_noise() const;

private:
    void follow_text(std::string_view octets);
    void count_deep(std::string_view octets);
    void count(std::string_view octets); // all of one window
    void close_window();
    std::size_t pairs_together() const; // in this window and those before it

    static constexpr std::size_t window = 128;

    std::size_t size_ = 0;
    std::size_t run_ = 0, longest_run_ = 0; // of octets that are text
    std::size_t deep_ = 0;                  // octets with a dozen of text before them
    std::uint8_t place_ = 0;                // by how many octets the UTF-8 character begun still needs
    std::size_t pairs_ = 0, in_window_ = 0; // pairs of equal octets in this window
    std::array<std::uint8_t, 256> seen_{};
    std::array<std::int16_t, 256> seen_before_{}; // in the windows before this one, of those looked at together
    std::size_t windows_before_ = 0;
    bool repeats_itself_ = false;
};

bool is_noise(std::string_view octets);

// What base64 digits were made of: of octets that look like noise, or of armor, whose own digits do.
enum class digits_of : std::uint8_t { noise, armor };

// Whether base64 digits can be read as words: whoever looks at a mail sees the digits. Line ends are passed over. The same
// bounds hold.
class digit_meter {
public:
    explicit digit_meter(digits_of what = digits_of::noise)
        : fewest_pairs_of_words_(what == digits_of::noise ? 260 : 360) {}

    void add(std::string_view base64);

    bool spells_text() const { return spells_text_; }

private:
    // In a window of 128 digits of noise 127 pairs are equal, of armor 180; 260 and 360 with probability 2^-60. English words
    // have 400 and more.
    std::size_t fewest_pairs_of_words_;
    std::size_t pairs_ = 0, in_window_ = 0;
    std::array<std::uint8_t, 256> seen_{};
    bool spells_text_ = false;
};

bool spells_text(std::string_view base64, digits_of what = digits_of::noise);

} // namespace sealgate::keys
