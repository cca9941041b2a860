#include "policy/encoded_word.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace sealgate::policy {
namespace {

struct encoded_word {
    std::string_view charset; // without the language
    char encoding;            // 'b' or 'q'
    std::string_view text;
    std::size_t size; // in the field, delimiters included
};

constexpr std::size_t longest_charset = 64;

// Finds "?=" from ever later positions, and looks at no byte twice.
class end_finder {
public:
    explicit end_finder(std::string_view field)
        : field_(field) {}

    std::size_t from(std::size_t at) {
        if (found_ < at || !searched_) found_ = field_.find("?=", at);
        searched_ = true;
        return found_;
    }

private:
    std::string_view field_;
    std::size_t found_ = 0;
    bool searched_ = false;
};

// Where the encoded text that starts at `start` ends. Without "?=", or where another word begins before it,
// the word was cut: it ends where that word begins, or at the next white space.
struct text_end {
    std::size_t text;
    std::size_t word;
};

text_end end_of_text(std::string_view field, std::size_t start, end_finder& ends) {
    const auto end = ends.from(start);
    const auto text = field.substr(start, end == std::string_view::npos ? end : end - start);
    if (const auto next = text.find("=?"); next != std::string_view::npos) return {.text = start + next, .word = start + next};
    if (end != std::string_view::npos) return {.text = end, .word = end + 2};
    const auto space = std::ranges::find_if(text, text::is_space);
    const auto cut = start + static_cast<std::size_t>(space - text.begin());
    return {.text = cut, .word = cut};
}

// The encoded word at the front of field.substr(at), which starts with "=?".
std::optional<encoded_word> read_word(std::string_view field, std::size_t at, end_finder& ends) {
    const auto head = field.substr(at + 2, longest_charset + 1);
    const auto mark = head.find('?');
    if (mark == std::string_view::npos || mark == 0) return std::nullopt;
    const auto encoding_at = at + 2 + mark + 1;
    if (encoding_at + 1 >= field.size() || field[encoding_at + 1] != '?') return std::nullopt;
    const char encoding = text::to_lower(field[encoding_at]);
    if (encoding != 'b' && encoding != 'q') return std::nullopt;
    const auto start = encoding_at + 2;
    const auto end = end_of_text(field, start, ends);
    const auto charset = head.substr(0, mark);
    return encoded_word{.charset = charset.substr(0, charset.find('*')),
                        .encoding = encoding,
                        .text = field.substr(start, end.text - start),
                        .size = end.word - at};
}

// RFC 2047 section 4.2. A "=" without two hex digits stands for itself.
std::string decode_q(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = text[i] == '=' ? text::escaped_octet(text.substr(i)) : std::nullopt;
        if (octet)
            out += *octet, i += 2;
        else
            out += text[i] == '_' ? ' ' : text[i];
    }
    return out;
}

std::string bytes_of(const encoded_word& word) {
    return word.encoding == 'b' ? text::decode_base64(word.text) : decode_q(word.text);
}

struct converter_closer {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using converter_ptr = std::unique_ptr<UConverter, converter_closer>;

// Mail programs call the larger charset by the smaller one's name (WHATWG Encoding Standard section 4.2).
constexpr auto larger_charsets = std::to_array<std::pair<std::string_view, const char*>>({
    {"iso-8859-1", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"gb2312", "gb18030"},
    {"iso-2022-jp-ms", "iso-2022-jp"},
    {"cp50220", "iso-2022-jp"},
    {"cp50221", "iso-2022-jp"},
});

// Asks the alias table first: ICU would look for a file under any other name. A comma starts options, which
// are not the sender's to set.
converter_ptr open_converter(std::string_view charset) {
    auto name = text::lower(text::trim(charset));
    const auto larger = std::ranges::find(larger_charsets, name, [](const auto& entry) { return entry.first; });
    if (larger != larger_charsets.end()) name = larger->second;
    UErrorCode status = U_ZERO_ERROR;
    if (name.contains(',') || ucnv_countAliases(name.c_str(), &status) == 0 || U_FAILURE(status)) return nullptr;
    auto converter = converter_ptr(ucnv_open(name.c_str(), &status));
    return U_SUCCESS(status) ? std::move(converter) : nullptr;
}

std::string convert(UConverter& converter, std::string_view bytes) {
    std::string out(bytes.size() * 3 + 16, '\0');
    for (;;) {
        UErrorCode status = U_ZERO_ERROR;
        const auto size = ucnv_toAlgorithmic(UCNV_UTF8, &converter, out.data(), static_cast<std::int32_t>(out.size()),
                                             bytes.data(), static_cast<std::int32_t>(bytes.size()), &status);
        const bool fits = static_cast<std::size_t>(size) <= out.size();
        out.resize(static_cast<std::size_t>(size));
        if (fits) return out;
    }
}

// How many bytes make a unit of UTF-16 or UTF-32, and whether only a byte order mark says in which order.
struct wide_units {
    std::size_t size = 1;
    bool need_mark = false;
};

wide_units units_of(const UConverter& converter) {
    switch (ucnv_getType(&converter)) {
    case UCNV_UTF16: return {.size = 2, .need_mark = true};
    case UCNV_UTF16_BigEndian:
    case UCNV_UTF16_LittleEndian: return {.size = 2};
    case UCNV_UTF32: return {.size = 4, .need_mark = true};
    case UCNV_UTF32_BigEndian:
    case UCNV_UTF32_LittleEndian: return {.size = 4};
    default: return {};
    }
}

bool has_mark(std::string_view bytes, std::size_t unit) {
    using namespace std::string_view_literals;
    return unit == 2 ? bytes.starts_with("\xFE\xFF"sv) || bytes.starts_with("\xFF\xFE"sv)
                     : bytes.starts_with("\0\0\xFE\xFF"sv) || bytes.starts_with("\xFF\xFE\0\0"sv);
}

// Charsets in which bytes mean what the bytes before them say.
bool keeps_state(const UConverter& converter) {
    switch (ucnv_getType(&converter)) {
    case UCNV_ISO_2022:
    case UCNV_HZ:
    case UCNV_UTF7:
    case UCNV_IMAP_MAILBOX:
    case UCNV_UTF16:
    case UCNV_UTF32:
    case UCNV_SCSU:
    case UCNV_BOCU1:
    case UCNV_EBCDIC_STATEFUL: return true;
    default: return false;
    }
}

// Byte order marks, and what ICU puts for broken bytes and for alphabets that are left without a letter.
std::string without_remarks(std::string_view utf8) {
    auto points = text::decode_utf8(utf8);
    std::erase_if(points, [](char32_t c) { return c == U'\uFEFF' || c == U'\uFFFD'; });
    return text::encode_utf8(points);
}

// In a charset that nobody knows, printable ASCII and UTF-8 can still be told. Control characters cannot:
// they may switch alphabets (ISO 2022) or be halves of wider characters.
legible legible_without_charset(std::string_view bytes) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && !text::is_space(c); };
    return text::is_utf8(bytes) && std::ranges::none_of(bytes, is_control) ? legible::yes : legible::no;
}

constexpr std::string_view utf8_names[] = {"utf-8", "utf8"};
constexpr std::string_view ascii_names[] = {"us-ascii", "ascii"};

// Collects the bytes of neighbouring words of one charset, since a letter may be split between them, and
// keeps the last converter, since the next word mostly wants it again.
class word_sink {
public:
    void add(const encoded_word& word) {
        if (!text::iequals(word.charset, charset_)) flush();
        charset_ = word.charset;
        starts_.push_back(bytes_.size());
        bytes_ += bytes_of(word);
    }

    void add_raw(std::string_view raw) {
        flush();
        if (raw.contains(escape)) out_.all = legible::no;
        out_.text += bytes_as_utf8(raw);
    }

    decoded_words take() && {
        flush();
        return std::move(out_);
    }

private:
    void flush() {
        const auto starts = std::exchange(starts_, {});
        if (bytes_.empty()) return;
        if (bytes_.size() > most_bytes) bytes_.resize(most_bytes), out_.all = legible::no;
        if (text::is_one_of(charset_, utf8_names))
            out_.text += text::encode_utf8(text::decode_utf8(bytes_));
        else if (text::is_one_of(charset_, ascii_names))
            out_.text += bytes_as_utf8(bytes_);
        else
            flush_other(starts);
        bytes_.clear();
    }

    void flush_other(const std::vector<std::size_t>& starts) {
        if (!text::iequals(charset_, converter_name_)) {
            converter_ = open_converter(charset_);
            converter_name_ = charset_;
        }
        if (converter_) {
            flush_converted(starts);
            return;
        }
        if (legible_without_charset(bytes_) == legible::no) out_.all = legible::no;
        out_.text += text::encode_utf8(text::decode_utf8(bytes_));
    }

    // A word of a charset with a state stands for itself (RFC 2047 section 2), but some readers join words
    // before they convert them: both have to see the same.
    void flush_converted(const std::vector<std::size_t>& starts) {
        constexpr std::string_view swapped_mark = "\xEF\xBF\xBE";
        const auto units = units_of(*converter_);
        auto text = convert(*converter_, bytes_);
        bool sure = bytes_.size() % units.size == 0 && !text.contains(swapped_mark);
        if (keeps_state(*converter_)) {
            std::string separate;
            for (std::size_t i = 0; i < starts.size(); ++i) {
                const auto word = word_at(starts, i);
                separate += convert(*converter_, word);
                sure = sure && (!units.need_mark || word.empty() || has_mark(word, units.size));
            }
            sure = sure && without_remarks(text) == without_remarks(separate);
            text = std::move(separate);
        }
        if (!sure) out_.all = legible::no;
        out_.text += text;
    }

    std::string_view word_at(const std::vector<std::size_t>& starts, std::size_t i) const {
        const auto begin = std::min(starts[i], bytes_.size());
        const auto end = i + 1 < starts.size() ? std::min(starts[i + 1], bytes_.size()) : bytes_.size();
        return std::string_view(bytes_).substr(begin, end - begin);
    }

    static constexpr char escape = '\x1B';                           // ISO 2022 in the raw: letters that look like ASCII
    static constexpr std::size_t most_bytes = std::size_t{64} << 20; // ICU counts in 32 bits

    decoded_words out_;
    std::string_view charset_;
    std::string bytes_;
    std::vector<std::size_t> starts_; // of each word in bytes_
    std::string_view converter_name_;
    converter_ptr converter_;
};

} // namespace

std::string bytes_as_utf8(std::string_view bytes) {
    constexpr char32_t broken = U'\uFFFD';
    constexpr std::string_view written_out = "\xEF\xBF\xBD";
    if (std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return std::string(bytes);
    auto points = text::decode_utf8(bytes);
    for (auto& point : points) { // each byte that is not UTF-8 has become one U+FFFD
        if (point != broken) {
            bytes.remove_prefix(text::encode_utf8({&point, 1}).size());
        } else if (bytes.starts_with(written_out)) {
            bytes.remove_prefix(written_out.size());
        } else {
            point = static_cast<unsigned char>(bytes.front());
            bytes.remove_prefix(1);
        }
    }
    return text::encode_utf8(points);
}

decoded_words decode_words(std::string_view unfolded) {
    word_sink sink;
    end_finder ends(unfolded);
    std::size_t raw_from = 0;
    bool after_word = false;
    for (auto at = unfolded.find("=?"); at != std::string_view::npos;) {
        const auto word = read_word(unfolded, at, ends);
        if (!word) {
            at = unfolded.find("=?", at + 2);
            continue;
        }
        // RFC 2047 section 6.2: white space between two encoded words is not part of the text.
        const auto between = unfolded.substr(raw_from, at - raw_from);
        if (!after_word || !text::trim(between).empty()) sink.add_raw(between);
        sink.add(*word);
        after_word = true;
        raw_from = at + word->size;
        at = unfolded.find("=?", raw_from);
    }
    sink.add_raw(unfolded.substr(raw_from));
    return std::move(sink).take();
}

std::string encode_words(std::string_view utf8) {
    constexpr std::size_t longest_plain = 60;    // with the field's name, one line
    constexpr std::size_t octets_in_a_word = 39; // 52 in base64; with the field's name, a line of at most 76 characters
    auto clean = text::printable(utf8, 500);
    if (text::is_ascii(clean) && clean.size() <= longest_plain && !clean.contains("=?")) return clean;
    std::string out, word;
    const auto end_word = [&] {
        if (!out.empty()) out += "\r\n ";
        out += "=?utf-8?B?" + text::encode_base64(word) + "?=";
        word.clear();
    };
    for (const char32_t c : text::decode_utf8(clean)) {
        const auto letter = text::encode_utf8({&c, 1}); // RFC 2047 section 5: no letter is split between words
        if (word.size() + letter.size() > octets_in_a_word) end_word();
        word += letter;
    }
    end_word();
    return out;
}

} // namespace sealgate::policy
