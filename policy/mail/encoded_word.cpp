#include "policy/mail/encoded_word.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
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

// Finds a text from ever later positions, and looks at no byte twice.
class place_finder {
public:
    place_finder(std::string_view field, std::string_view wanted)
        : field_(field)
        , wanted_(wanted) {}

    std::size_t from(std::size_t at) {
        if (found_ < at || !searched_) found_ = field_.find(wanted_, at);
        searched_ = true;
        return found_;
    }

private:
    std::string_view field_;
    std::string_view wanted_;
    std::size_t found_ = 0;
    bool searched_ = false;
};

// Where the encoded text that starts at `start` ends. Without "?=", or where another word begins before it,
// the word was cut: it ends where that word begins, or at the next white space.
struct text_end {
    std::size_t text;
    std::size_t word;
};

text_end end_of_text(std::string_view field, std::size_t start, place_finder& ends) {
    const auto end = ends.from(start);
    const auto text = field.substr(start, end == std::string_view::npos ? end : end - start);
    if (const auto next = text.find("=?"); next != std::string_view::npos) return {.text = start + next, .word = start + next};
    if (end != std::string_view::npos) return {.text = end, .word = end + 2};
    const auto space = std::ranges::find_if(text, text::is_space);
    const auto cut = start + static_cast<std::size_t>(space - text.begin());
    return {.text = cut, .word = cut};
}

// The encoded word at the front of field.substr(at), which starts with "=?". Without a charset it is one for some readers.
std::optional<encoded_word> read_word(std::string_view field, std::size_t at, place_finder& marks, place_finder& ends) {
    const auto charset_at = at + 2;
    const auto mark = marks.from(charset_at);
    if (mark == std::string_view::npos) return std::nullopt;
    const auto encoding_at = mark + 1;
    if (encoding_at + 1 >= field.size() || field[encoding_at + 1] != '?') return std::nullopt;
    const char encoding = text::to_lower(field[encoding_at]);
    if (encoding != 'b' && encoding != 'q') return std::nullopt;
    const auto start = encoding_at + 2;
    const auto end = end_of_text(field, start, ends);
    const auto charset = field.substr(charset_at, mark - charset_at);
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

// Whether a word of base64 ends within a group, or goes on behind padding: readers differ in what they make of that.
bool is_cut(std::string_view base64) {
    const auto is_space = [](char c) { return text::is_space(c); };
    const auto letters = static_cast<std::size_t>(std::ranges::count_if(base64, std::not_fn(is_space)));
    const auto padding = base64.find('=');
    return letters % 4 != 0 || (padding != base64.npos && base64.find_first_not_of("= \t", padding) != base64.npos);
}

// Neighbouring words as one: what base64 one word leaves over goes on in the next.
std::string bytes_of_joined(const std::vector<encoded_word>& words) {
    std::string out, digits;
    for (const auto& word : words) {
        if (word.encoding == 'b') {
            std::ranges::copy_if(word.text, std::back_inserter(digits), [](char c) { return c != '='; });
            continue;
        }
        out += text::decode_base64(std::exchange(digits, {})) + decode_q(word.text);
    }
    return out + text::decode_base64(digits);
}

// Byte order marks, and what ICU puts for broken bytes and for alphabets that are left without a letter.
std::string without_remarks(std::string_view utf8) {
    auto points = text::decode_utf8(utf8);
    std::erase_if(points, [](char32_t c) { return c == U'\uFEFF' || c == U'\uFFFD'; });
    return text::encode_utf8(points);
}

// Without the first byte above ASCII.
std::string shifted_letters(std::string_view bytes) {
    const auto strange = std::ranges::find_if(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    std::string out(bytes.begin(), strange);
    return strange == bytes.end() ? out : out.append(std::next(strange), bytes.end());
}

// Collects neighbouring words of one charset, and keeps the last charset, since the next word mostly wants it again.
class word_sink {
public:
    word_sink(word_reading how, const charset* unlabelled)
        : how_(how)
        , unlabelled_(unlabelled) {}

    void add(const encoded_word& word) {
        if (!words_.empty() && !text::iequals(word.charset, words_.back().charset)) flush();
        words_.push_back(word);
    }

    void add_raw(std::string_view raw) {
        flush();
        if (raw.contains(escape)) note_unread({});
        add_unlabelled(raw, raw.contains(escape));
    }

    decoded_words take() && {
        flush();
        return std::move(out_);
    }

private:
    void flush() {
        const auto words = std::exchange(words_, {});
        if (words.empty()) return;
        std::vector<std::string> parts;
        std::string whole;
        for (const auto& word : words) whole += parts.emplace_back(bytes_of(word));
        out_.disputed = out_.disputed ||
                        std::ranges::any_of(words, [](const auto& one) { return one.encoding == 'b' && is_cut(one.text); });
        if (how_ == word_reading::joined) parts = {whole = bytes_of_joined(words)};
        if (whole.size() > most_bytes) whole.resize(most_bytes), parts = {whole}, note_unread(words.front().charset);
        if (!in_ || !text::iequals(words.front().charset, in_name_)) {
            in_.emplace(words.front().charset);
            in_name_ = words.front().charset;
        }
        add_text(parts, whole);
    }

    void add_text(const std::vector<std::string>& parts, std::string_view whole) {
        switch (in_->kind()) {
        case charset_kind::utf8: return add(in_->read(whole));
        case charset_kind::ascii: return add_unlabelled(whole);
        case charset_kind::unknown:
            if (!in_->read(whole).sure) note_unread(in_name_);
            return add_unlabelled(whole);
        case charset_kind::transparent: return add_transparent(parts, whole);
        case charset_kind::stateful:
        case charset_kind::wide:
        case charset_kind::foreign: return add_dependent(parts, whole);
        }
    }

    // Bytes of which nobody says what they are.
    void add_unlabelled(std::string_view bytes, bool doubtful = false) {
        if (doubtful || !text::is_utf8(bytes)) out_.unlabelled = true;
        out_.text += unlabelled_ ? unlabelled_->read(bytes).utf8 : bytes_as_utf8(bytes);
    }

    void add_transparent(const std::vector<std::string>& parts, std::string_view whole) {
        out_.disputed = out_.disputed || !text::is_ascii(whole);
        if (how_ == word_reading::plain)
            out_.text += bytes_as_utf8(whole);
        else if (how_ == word_reading::apart)
            add(apart(parts));
        else if (how_ == word_reading::shifted)
            add(in_->read(shifted_letters(whole)));
        else
            add(in_->read(whole));
    }

    // A word of a charset with a state stands for itself (RFC 2047 section 2), but some readers join words before they
    // convert them: both have to see the same.
    void add_dependent(const std::vector<std::string>& parts, std::string_view whole) {
        out_.disputed = true;
        if (how_ == word_reading::plain) {
            out_.text += bytes_as_utf8(whole);
        } else if (how_ == word_reading::joined || in_->kind() == charset_kind::foreign) {
            add(in_->read(whole));
        } else if (in_->kind() == charset_kind::wide && how_ == word_reading::little_endian) {
            out_.text += in_->read_in_order(whole, byte_order::little);
        } else if (in_->kind() == charset_kind::wide && how_ == word_reading::big_endian) {
            out_.text += in_->read_in_order(whole, byte_order::big);
        } else {
            auto separate = apart(parts);
            const auto together = in_->read(whole).utf8;
            separate.sure = separate.sure && without_remarks(separate.utf8) == without_remarks(together);
            add(std::move(separate));
        }
    }

    charset_text apart(const std::vector<std::string>& parts) const {
        charset_text out;
        for (const auto& part : parts) {
            const auto one = in_->read(part);
            out.utf8 += one.utf8;
            out.sure = out.sure && one.sure;
        }
        return out;
    }

    void add(charset_text read) {
        if (!read.sure) note_unread(in_name_);
        out_.text += read.utf8;
    }

    void note_unread(std::string_view name) {
        if (std::exchange(out_.all, legible::no) == legible::yes) out_.unread = text::printable(name, longest_shown);
    }

    static constexpr char escape = '\x1B';                           // ISO 2022 in the raw: letters that look like ASCII
    static constexpr std::size_t most_bytes = std::size_t{64} << 20; // ICU counts in 32 bits
    static constexpr std::size_t longest_shown = 40;

    word_reading how_;
    const charset* unlabelled_; // what such bytes are taken for; none: UTF-8, else Latin-1
    decoded_words out_;
    std::vector<encoded_word> words_;
    std::optional<charset> in_;
    std::string_view in_name_;
};

} // namespace

decoded_words decode_words(std::string_view unfolded, word_reading how, const charset* unlabelled) {
    word_sink sink(how, unlabelled);
    place_finder marks(unfolded, "?"), ends(unfolded, "?=");
    std::size_t raw_from = 0;
    bool after_word = false;
    for (auto at = unfolded.find("=?"); at != std::string_view::npos;) {
        const auto word = read_word(unfolded, at, marks, ends);
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
