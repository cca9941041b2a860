#include "policy/mail/charset.hpp"

#include "policy/base/text.hpp"
#include "policy/base/word_list.hpp"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <optional>

namespace sealgate::policy {
namespace {

struct charset_names {
    std::string_view charset;
    std::string_view names; // in lower case, letters and digits alone
};

// The labels of the WHATWG Encoding Standard, and behind them what Microsoft (code page numbers) and Python call the same
// charset. Where one name is used for a charset and for a larger one, the larger one is meant.
//
// Two differ: what the standard takes for UTF-16 in the order of Intel, others do in the order of the network ("utf-16": a
// mark has to say which), and what it does not decode for fear of scripts (ISO 2022, HZ), mail programs do.
constexpr auto known_names = std::to_array<charset_names>({
    {"utf-8", "cp65001 u8 unicode11utf8 unicode20utf8 utf utf8 utf8mac utf8sig utf8ucs2 utf8ucs4 xunicode20utf8 "
              "65001"},
    {"us-ascii", "ansix341968 ansix341986 ascii cp20127 cp367 csascii ibm367 iso646irv1991 iso646us isoir6 us "
                 "usascii 646"},
    {"windows-1252", "cp1252 cp28591 cp819 csisolatin1 ibm819 iso8859 iso88591 iso885911987 iso885911990 isoir100 l1 "
                     "latin latin1 windows1252 windows28591 xcp1252 28591 8859"},
    {"windows-1250", "cp1250 windows1250 xcp1250"},
    {"windows-1251", "cp1251 windows1251 xcp1251"},
    {"windows-1253", "cp1253 windows1253 xcp1253"},
    {"windows-1254", "cp1254 csisolatin5 iso88599 iso885991989 isoir148 l5 latin5 windows1254 xcp1254"},
    {"windows-1255", "cp1255 windows1255 xcp1255"},
    {"windows-1256", "cp1256 windows1256 xcp1256"},
    {"windows-1257", "cp1257 windows1257 xcp1257"},
    {"windows-1258", "cp1258 windows1258 xcp1258"},
    {"windows-874", "dos874 iso885911 tis620 windows874"},
    {"iso-8859-2", "cp28592 csisolatin2 iso88592 iso885921987 isoir101 l2 latin2"},
    {"iso-8859-3", "csisolatin3 iso88593 iso885931988 isoir109 l3 latin3"},
    {"iso-8859-4", "csisolatin4 iso88594 iso885941988 isoir110 l4 latin4"},
    {"iso-8859-5", "csisolatincyrillic cyrillic iso88595 iso885951988 isoir144"},
    {"iso-8859-6", "arabic asmo708 csiso88596e csiso88596i csisolatinarabic ecma114 iso88596 iso885961987 iso88596e "
                   "iso88596i isoir127"},
    {"iso-8859-7", "csisolatingreek ecma118 elot928 greek greek8 iso88597 iso885971987 isoir126 suneugreek"},
    {"iso-8859-8", "csiso88598e csiso88598i csisolatinhebrew hebrew iso88598 iso885981988 iso88598e iso88598i "
                   "isoir138 logical visual"},
    {"iso-8859-10", "csisolatin6 iso885910 isoir157 l6 latin6"},
    {"iso-8859-13", "iso885913"},
    {"iso-8859-14", "iso885914"},
    {"iso-8859-15", "csisolatin9 iso885915 l9"},
    {"iso-8859-16", "iso885916"},
    {"koi8-r", "cp20866 cskoi8r koi koi8 koi8r"},
    {"koi8-u", "cp21866 koi8ru koi8u"},
    {"ibm866", "cp866 csibm866 ibm866 866"},
    {"macintosh", "cp10000 csmacintosh mac macintosh macroman xmacroman"},
    {"x-mac-cyrillic", "cp10007 maccyrillic xmaccyrillic xmacukrainian"},
    {"gb18030", "chinese cngb cp1386 cp20936 cp51936 cp54936 cp936 csgb18030 csgb2312 csgbk csiso58gb231280 euccn "
                "eucgb2312cn gb18030 gb180302000 gb180302022 gb2312 gb23121980 gb231219800 gb231280 gbk isoir58 "
                "ms936 windows936 xeuccn xgbk 54936 936"},
    {"big5-hkscs", "big5 big5eten big5hkscs big5hkscs2004 big5tw cnbig5 cp950 csbig5 csbig5hkscs hkscs ms950 "
                   "windows950 xxbig5 950"},
    {"windows-31j", "cp932 csshiftjis cswindows31j ms932 mskanji shiftjis shiftjis2004 shiftjisx0213 sjis sjis2004 "
                    "sjisx0213 windows31j windows932 xsjis 932"},
    {"euc-jp", "cp20932 cp51932 cseucpkdfmtjapanese eucjis2004 eucjisx0213 eucjp eucjp2004 eucjpms eucjpwin "
               "extendedunixcodepackedformatforjapanese jisx0213 ujis xeucjp 51932"},
    {"windows-949-2000", "cp51949 cp949 cseuckr csksc56011987 euckr isoir149 korean ksc5601 ksc56011987 ksc56011989 "
                         "ksc56011992 ksx1001 ms949 uhc windows51949 windows949 windows9492000 949"},
    {"iso-2022-jp", "cp50220 cp50221 cp50222 csiso2022jp iso2022jp iso2022jpms 50220 50221 50222"},
    {"iso-2022-jp-2", "csiso2022jp2 iso2022jp1 iso2022jp2 iso2022jp2004 iso2022jp3 iso2022jpext"},
    {"iso-2022-kr", "cp50225 csiso2022kr iso2022kr"},
    {"iso-2022-cn", "iso2022cn"},
    {"iso-2022-cn-ext", "iso2022cnext"},
    {"hz", "cp52936 hz hzgb hzgb2312"},
    {"utf-7", "cp65000 csunicode11utf7 u7 unicode11utf7 unicode20utf7 utf7 windows65000 xunicode20utf7 xutf7 "
              "65000"},
    {"imap-mailbox-name", "imapmailboxname imaputf7 utf7imap"},
    {"utf-16", "cp1200 csucs2 csunicode csutf16 iso10646ucs2 u16 ucs2 unicode unicodefeff utf16 windows1200 1200"},
    {"utf-16le", "csutf16le unicodelittle unicodelittleunmarked utf16le xutf16le"},
    {"utf-16be", "cp1201 csutf16be unicodebig unicodebigunmarked unicodefffe utf16be windows1201 xutf16be 1201"},
    {"utf-32", "csucs4 csutf32 iso10646ucs4 u32 ucs4 utf32"},
    {"utf-32le", "cp12000 utf32le xutf32le 12000"},
    {"utf-32be", "cp12001 utf32be xutf32be 12001"},
});

// What Python, Perl, PHP and GNU libiconv decode although it is no charset: ASCII in it may be anything.
constexpr auto escapes =
    std::to_array<std::string_view>({"unicodeescape", "rawunicodeescape", "punycode", "idna", "mimeheader", "mimeb", "mimeq",
                                     "html", "htmlentities", "base64", "uuencode", "quotedprintable", "qprint", "java", "c99"});

// What wrote mail in code pages of DOS and of the Macintosh named them.
constexpr auto legacy = std::to_array<std::string_view>(
    {"gb18030",      "big5-hkscs",   "windows-31j",  "euc-jp",      "windows-949-2000", "windows-1251", "koi8-r",
     "koi8-u",       "iso-8859-5",   "windows-1250", "iso-8859-2",  "windows-1253",     "windows-1254", "windows-1255",
     "windows-1256", "windows-1257", "windows-1258", "windows-874", "iso-8859-3",       "iso-8859-4",   "iso-8859-6",
     "iso-8859-10",  "iso-8859-13",  "iso-8859-14",  "iso-8859-16"});

// Unknown to ICU.
constexpr std::u32string_view iso_8859_16 = U"\u00A0ĄąŁ€„Š§š©Ș«Ź\u00ADźŻ°±ČłŽ”¶·žčș»ŒœŸżÀÁÂĂÄĆÆÇÈÉÊËÌÍÎÏĐŃÒÓÔŐÖŚŰÙÚÛÜĘȚß"
                                            U"àáâăäćæçèéêëìíîïđńòóôőöśűùúûüęțÿ";
constexpr unsigned char first_upper = 0xA0;
static_assert(iso_8859_16.size() == 0x100 - first_upper);

// Behind it glibc and GNU libiconv are told what to do with letters that the other charset does not have.
std::string_view without_suffix(std::string_view label) { return label.substr(0, label.find("//")); }

std::string letters_and_digits(std::string_view label) {
    std::string out;
    for (const char c : text::lower(without_suffix(label)))
        if ((c >= 'a' && c <= 'z') || text::is_digit(c)) out += c;
    return out;
}

// Asks the alias table first: ICU would look for a file under any other name. A comma starts options, which are not the
// sender's to set.
UConverter* open_converter(std::string_view name) {
    const std::string wanted(text::trim(without_suffix(name)));
    UErrorCode status = U_ZERO_ERROR;
    if (wanted.contains(',') || ucnv_countAliases(wanted.c_str(), &status) == 0 || U_FAILURE(status)) return nullptr;
    auto* converter = ucnv_open(wanted.c_str(), &status);
    return U_SUCCESS(status) ? converter : nullptr;
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

// For some broken bytes ICU puts the control character that stands for them, which nobody sees.
std::string with_visible_breaks(std::string utf8, std::string_view bytes) {
    constexpr char substitute = '\x1A';
    if (!utf8.contains(substitute) || bytes.contains(substitute)) return utf8;
    std::string out;
    for (const char c : utf8) c == substitute ? out += "\uFFFD" : out += c;
    return out;
}

struct character {
    charset_kind kind;
    std::size_t unit = 1;
    bool needs_mark = false;
};

// Some names mean a set of two-byte characters without ASCII ("JIS_C6226-1983"), or EBCDIC.
bool maps_ascii(UConverter& converter) {
    constexpr std::string_view told_apart = " [](){}<>#:=-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return convert(converter, told_apart) == told_apart;
}

character character_of(UConverter& converter) {
    using enum charset_kind;
    switch (ucnv_getType(&converter)) {
    case UCNV_UTF16: return {.kind = wide, .unit = 2, .needs_mark = true};
    case UCNV_UTF16_BigEndian:
    case UCNV_UTF16_LittleEndian: return {.kind = wide, .unit = 2};
    case UCNV_UTF32: return {.kind = wide, .unit = 4, .needs_mark = true};
    case UCNV_UTF32_BigEndian:
    case UCNV_UTF32_LittleEndian: return {.kind = wide, .unit = 4};
    case UCNV_ISO_2022:
    case UCNV_HZ:
    case UCNV_UTF7:
    case UCNV_IMAP_MAILBOX:
    case UCNV_SCSU:
    case UCNV_BOCU1: return {.kind = stateful};
    default: return {.kind = maps_ascii(converter) ? transparent : foreign};
    }
}

bool has_mark(std::string_view bytes, std::size_t unit) {
    using namespace std::string_view_literals;
    return unit == 2 ? bytes.starts_with("\xFE\xFF"sv) || bytes.starts_with("\xFF\xFE"sv)
                     : bytes.starts_with("\0\0\xFE\xFF"sv) || bytes.starts_with("\xFF\xFE\0\0"sv);
}

bool is_base64_digit(char c) { return text::is_alphanumeric(c) || c == '+' || c == '/' || c == ','; }

// A letter of UTF-16 in base64, and no telephone number.
bool begins_with_utf7(std::string_view base64) {
    const auto digits = base64.substr(0, 3);
    return digits.size() == 3 && std::ranges::all_of(digits, is_base64_digit) && std::ranges::any_of(digits, text::is_letter);
}

// Whether what follows the sign makes it an escape.
bool is_escape(char sign, std::string_view rest) {
    if (rest.empty()) return false;
    if (sign == '\\') return text::is_alphanumeric(rest.front()); // Java, C, Python
    if (sign == '~') return rest.front() == '{';                  // HZ
    if (sign == '+') return begins_with_utf7(rest);
    const auto end = std::ranges::find_if_not(rest, is_base64_digit);
    const auto behind = end == rest.end() ? '\0' : *end;
    const bool is_named = behind == ';' && end - rest.begin() > 1;
    return rest.front() == '#' || is_named || (behind == '-' && begins_with_utf7(rest)); // HTML; IMAP's UTF-7
}

// In a charset that nobody knows, printable ASCII and UTF-8 can still be told. Control characters cannot: they may switch
// alphabets (ISO 2022) or be halves of wider characters.
bool speaks_for_itself(std::string_view bytes) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && !text::is_space(c); };
    return text::is_utf8(bytes) && std::ranges::none_of(bytes, is_control) && !has_escapes(bytes);
}

std::string by_table(std::string_view bytes, std::u32string_view upper) {
    std::u32string out;
    for (const char c : bytes) {
        const auto value = static_cast<unsigned char>(c);
        out += value < first_upper ? value : upper[value - first_upper];
    }
    return text::encode_utf8(out);
}

} // namespace

std::string_view standard_charset(std::string_view label) {
    const auto name = letters_and_digits(label);
    const auto found = std::ranges::find_if(known_names, [&](const auto& row) { return text::has_word(row.names, name); });
    return found == known_names.end() ? std::string_view{} : found->charset;
}

bool has_escapes(std::string_view bytes) {
    constexpr std::string_view signs = "\\~+&";
    for (auto at = bytes.find_first_of(signs); at != bytes.npos; at = bytes.find_first_of(signs, at + 1))
        if (is_escape(bytes[at], bytes.substr(at + 1))) return true;
    return false;
}

void charset::closer::operator()(UConverter* converter) const { ucnv_close(converter); }

charset::charset(std::string_view label) {
    const auto name = standard_charset(label);
    if (name == "utf-8") {
        kind_ = charset_kind::utf8;
    } else if (name == "us-ascii") {
        kind_ = charset_kind::ascii;
    } else if (name == "iso-8859-16") {
        kind_ = charset_kind::transparent;
        upper_ = iso_8859_16;
    } else {
        converter_.reset(open_converter(name.empty() ? label : name));
        const auto found = converter_ ? character_of(*converter_) : character{.kind = charset_kind::unknown};
        kind_ = found.kind, unit_ = found.unit, needs_mark_ = found.needs_mark;
        if (!converter_ && std::ranges::find(escapes, letters_and_digits(label)) != escapes.end())
            kind_ = charset_kind::foreign;
    }
}

charset_text charset::read(std::string_view bytes) const {
    constexpr std::string_view swapped_mark = "\xEF\xBF\xBE", replaced = "\xEF\xBF\xBD";
    if (kind_ == charset_kind::utf8) return {.utf8 = text::encode_utf8(text::decode_utf8(bytes))};
    if (kind_ == charset_kind::ascii) return {.utf8 = bytes_as_utf8(bytes)};
    if (!upper_.empty()) return {.utf8 = by_table(bytes, upper_)};
    if (!converter_)
        return {.utf8 = text::encode_utf8(text::decode_utf8(bytes)),
                .sure = kind_ == charset_kind::unknown && speaks_for_itself(bytes)};
    charset_text out{.utf8 = with_visible_breaks(convert(*converter_, bytes), bytes)};
    switch (kind_) {
    case charset_kind::wide:
        out.sure = bytes.size() % unit_ == 0 && !out.utf8.contains(swapped_mark) &&
                   (!needs_mark_ || bytes.empty() || has_mark(bytes, unit_));
        break;
    case charset_kind::stateful: out.sure = !out.utf8.contains(replaced); break;
    case charset_kind::foreign: out.sure = false; break;
    default: break;
    }
    return out;
}

std::string charset::read_in_order(std::string_view bytes, byte_order order) const {
    const bool little = order == byte_order::little;
    const auto* name = unit_ == 2 ? (little ? "utf-16le" : "utf-16be") : (little ? "utf-32le" : "utf-32be");
    return charset(name).read(bytes).utf8;
}

std::span<const std::string_view> legacy_charsets() { return legacy; }

std::string bytes_as_utf8(std::string_view bytes) {
    constexpr char32_t broken = U'\uFFFD';
    constexpr std::string_view written_out = "\xEF\xBF\xBD";
    if (text::is_ascii(bytes)) return std::string(bytes);
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

} // namespace sealgate::policy
