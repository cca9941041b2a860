// Charsets by the names that mails call them, each read as browsers and mail programs read it.
//
// A name means what the WHATWG Encoding Standard (section 4.2) says; then what Microsoft and Python mean by it; then what ICU
// knows. Case, white space and punctuation in a name do not matter. Nothing fails: broken bytes become U+FFFD. Pure, linear.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct UConverter;

namespace sealgate::policy {

// What ICU calls the charset of that name; empty where neither the standard nor other programs have the name. Some of the
// answers are no names of ICU's: "utf-8", "us-ascii" and "iso-8859-16" are read here.
std::string_view standard_charset(std::string_view label);

// Whether there is ASCII in which programs write other letters, where the charset is such: UTF-7, IMAP's form of it, HZ, the
// escapes of Java, C and HTML.
bool has_escapes(std::string_view bytes);

// How bytes come by their meaning.
enum class charset_kind : std::uint8_t {
    unknown,     // nobody knows the charset
    utf8,        // UTF-8
    ascii,       // ASCII, and whatever the sender's machine had
    transparent, // ASCII stands for itself, but for the second half of letters
    stateful,    // bytes mean what the bytes before them say: ISO 2022, HZ, UTF-7
    wide,        // units of two or four bytes
    foreign,     // ASCII is something else
};

enum class byte_order : std::uint8_t { little, big };

// The text, valid UTF-8, and whether all readers who know the charset see the same.
struct charset_text {
    std::string utf8;
    bool sure = true;
};

class charset {
public:
    explicit charset(std::string_view label);

    charset_kind kind() const { return kind_; }
    charset_text read(std::string_view bytes) const;

    // For a wide charset: in that order, whatever its name or a byte order mark says.
    std::string read_in_order(std::string_view bytes, byte_order order) const;

private:
    struct closer {
        void operator()(UConverter* converter) const;
    };

    charset_kind kind_ = charset_kind::unknown;
    std::size_t unit_ = 1;                          // bytes
    bool needs_mark_ = false;                       // only a byte order mark says in which order they are
    std::u32string_view upper_{};                   // what the bytes from 0xA0 on are, where ICU does not know the charset
    std::unique_ptr<UConverter, closer> converter_; // none for what is read here
};

// The charsets that mail was written in before there was UTF-8, for bytes of which nobody says what they are.
std::span<const std::string_view> legacy_charsets();

// UTF-8 where the bytes are that, each other byte as the Latin-1 character.
std::string bytes_as_utf8(std::string_view bytes);

} // namespace sealgate::policy
