#include "policy/labels/parameters.hpp"

#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/charset.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

namespace sealgate::policy {
namespace {

bool is_token_char(char c) {
    constexpr std::string_view specials = "()<>@,;:\\\"/[]?=";
    return c > ' ' && c < 0x7F && !specials.contains(c);
}

// Takes what it reads from the front.
class parameter_scanner {
public:
    explicit parameter_scanner(std::string_view text)
        : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    bool take(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // White space and comments (RFC 5322 section 3.2.2). False: a comment never ends.
    bool skip_blanks() {
        std::size_t depth = 0;
        while (!rest_.empty() && (depth > 0 || text::is_space(rest_.front()) || rest_.front() == '(')) {
            const char c = rest_.front();
            if (c == '(') ++depth;
            if (c == ')') --depth;
            rest_.remove_prefix(depth > 0 && c == '\\' && rest_.size() > 1 ? 2 : 1);
        }
        return depth == 0;
    }

    std::string_view take_token() { return text::take_while(rest_, is_token_char); }

    // Behind its first quote. Nothing where it never ends.
    std::optional<std::string> take_quoted() {
        std::string out;
        while (!rest_.empty()) {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') return out;
            if (c == '\\' && !rest_.empty()) {
                c = rest_.front();
                rest_.remove_prefix(1);
            }
            out += c;
        }
        return std::nullopt;
    }

    // What is no parameter, up to the next one.
    void skip_to_semicolon() { rest_.remove_prefix(std::min(rest_.find(';'), rest_.size())); }

private:
    std::string_view rest_;
};

// RFC 2231: NAME, NAME*, NAME*0 or NAME*0*.
struct piece_name {
    std::string name;
    std::size_t number = 0;
    bool continued = false; // has a number
    bool encoded = false;
};

std::optional<piece_name> parse_name(std::string_view token) {
    piece_name out{.name = text::lower(token.substr(0, token.find('*')))};
    auto rest = token.substr(out.name.size());
    if (out.name.empty()) return std::nullopt;
    if (rest.ends_with('*')) {
        out.encoded = true;
        rest.remove_suffix(1);
    }
    if (rest.empty()) return out;
    out.continued = true;
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), out.number);
    if (error != std::errc{} || end != rest.data() + rest.size()) return std::nullopt;
    return out;
}

struct parameter_piece {
    std::string value;
    bool encoded = false;
};

// The pieces of one name.
struct parameter_pieces {
    std::map<std::size_t, parameter_piece> pieces;
    bool continued = false;
};

std::string without_percent(std::string_view value, bool& whole) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto octet = value[i] == '%' ? text::escaped_octet(value.substr(i)) : std::nullopt;
        if (value[i] == '%' && !octet) whole = false;
        out += octet.value_or(value[i]);
        if (octet) i += 2;
    }
    return out;
}

// Of the first piece: CHARSET'LANGUAGE'TEXT. The charset is taken off the front.
std::string take_charset(std::string_view& value, bool& whole) {
    const auto first = value.find('\'');
    const auto second = first == value.npos ? first : value.find('\'', first + 1);
    whole = whole && second != value.npos;
    if (second == value.npos) return {};
    std::string charset(value.substr(0, first));
    value.remove_prefix(second + 1);
    return charset;
}

std::string in_utf8(const std::string& bytes, const std::string& named, bool& whole) {
    if (named.empty()) return bytes_as_utf8(bytes);
    const charset from(named);
    whole = whole && from.kind() != charset_kind::unknown;
    const auto read = from.read(bytes);
    whole = whole && read.sure;
    return read.utf8;
}

std::string value_of(const parameter_pieces& from, bool& whole) {
    std::string bytes, named;
    std::size_t expected = 0;
    for (const auto& [number, one] : from.pieces) {
        whole = whole && number == expected++;
        std::string_view value = one.value;
        if (one.encoded && number == 0) named = take_charset(value, whole);
        bytes += one.encoded ? without_percent(value, whole) : std::string(value);
    }
    return in_utf8(bytes, named, whole);
}

class parameter_reader {
public:
    explicit parameter_reader(std::string_view text)
        : in_(text) {}

    read_parameters run() && {
        while (!in_.at_end()) {
            out_.whole = in_.skip_blanks() && out_.whole;
            if (in_.take(';') || in_.at_end()) continue;
            if (!read_one()) {
                out_.whole = false;
                in_.skip_to_semicolon();
            }
        }
        for (const auto& name : order_)
            out_.all.push_back({.name = name, .value = value_of(found_.find(name)->second, out_.whole)});
        return std::move(out_);
    }

private:
    bool read_one() {
        const auto name = parse_name(in_.take_token());
        if (!name || !in_.skip_blanks() || !in_.take('=') || !in_.skip_blanks()) return false;
        const bool quoted = in_.take('"');
        auto value = quoted ? in_.take_quoted() : std::optional(std::string(in_.take_token()));
        if (!value || (!quoted && value->empty()) || !in_.skip_blanks()) return false;
        keep(*name, *std::move(value));
        return in_.at_end() || in_.take(';');
    }

    void keep(const piece_name& name, std::string value) {
        const auto [at, is_new] = found_.try_emplace(name.name);
        if (is_new) order_.push_back(name.name);
        auto& whole = at->second;
        if (!is_new && whole.continued != name.continued) out_.whole = false;
        whole.continued = name.continued;
        if (!whole.pieces.emplace(name.number, parameter_piece{std::move(value), name.encoded}).second) out_.whole = false;
    }

    parameter_scanner in_;
    read_parameters out_;
    std::vector<std::string> order_;
    std::map<std::string, parameter_pieces> found_;
};

} // namespace

read_parameters parse_parameters(std::string_view unfolded) { return parameter_reader(unfolded).run(); }

} // namespace sealgate::policy
