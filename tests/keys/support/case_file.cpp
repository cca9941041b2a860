// The form of tests/cases/README.md, read strictly: a case with a word too much proves nothing.
#include "tests/keys/support/case_file.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace sealgate::test {

namespace {

using policy::addressed;

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    for (text = text::trim(text); !text.empty(); text = text::trim(text)) {
        const auto word = text.substr(0, text.find(' '));
        out.emplace_back(word);
        text.remove_prefix(word.size());
    }
    return out;
}

constexpr std::array<policy::named<addressed>, 4> answers = {{{addressed::yes, "yes"},
                                                              {addressed::no, "no"},
                                                              {addressed::unverifiable, "unverifiable"},
                                                              {addressed::passphrase, "passphrase"}}};

std::optional<addressed> addressed_as(std::string_view word) {
    const auto found = std::ranges::find(answers, word, &policy::named<addressed>::name);
    return found == answers.end() ? std::nullopt : std::optional(found->value);
}

// \xHH is an octet, \\ a backslash, and one at the end of a line joins it to the next. Nothing: something
// else.
std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto plain = text.substr(0, text.find('\\'));
        out += plain;
        text.remove_prefix(plain.size());
        if (text.empty()) break;
        unsigned octet = 0;
        if (text.starts_with("\\\n")) {
            text.remove_prefix(2);
        } else if (text.starts_with("\\\\")) {
            out += '\\';
            text.remove_prefix(2);
        } else if (text.starts_with("\\x") && text.size() >= 4 &&
                   std::from_chars(&text[2], &text[2] + 2, octet, 16).ptr == &text[2] + 2) {
            out += static_cast<char>(octet);
            text.remove_prefix(4);
        } else {
            return std::nullopt;
        }
    }
    return out;
}

class case_reader {
public:
    // False: this line says nothing that is known.
    bool read(std::string_view line) {
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) return false;
        const auto key = line.substr(0, colon);
        const auto value = text::trim(line.substr(colon + 2));
        if (value.empty() || (key != "to" && !seen_.insert(std::string(key)).second)) return false;
        if (key == "protection") return read_protection(value);
        if (key == "to") return read_recipient(words_of(value));
        if (key == "passphrases") return read_number(value);
        if (key == "why")
            out_.why = value;
        else if (key == "keys")
            out_.key_ids = words_of(value);
        else if (key == "escapes")
            return value == "yes";
        else
            return key == "made by";
        return true;
    }

    bool has(const char* key) const { return seen_.contains(key); }
    mail_case take() { return std::move(out_); }

private:
    bool read_protection(std::string_view value) {
        const auto kind = policy::named_as<policy::protection>(value);
        if (kind) out_.protection = *kind;
        return kind.has_value();
    }

    bool read_recipient(const std::vector<std::string>& words) {
        const auto answer = words.size() == 2 ? addressed_as(words[1]) : std::nullopt;
        if (answer) out_.to.emplace_back(words[0], *answer);
        return answer.has_value();
    }

    bool read_number(std::string_view value) {
        const auto* end = value.data() + value.size();
        return std::from_chars(value.data(), end, out_.passphrases.emplace()).ptr == end;
    }

    mail_case out_;
    std::set<std::string> seen_;
};

} // namespace

std::string_view word_for(addressed answer) {
    const auto found = std::ranges::find(answers, answer, &policy::named<addressed>::value);
    return found == answers.end() ? "?" : found->name;
}

std::expected<mail_case, std::string> read_case(std::string_view file) {
    case_reader reader;
    for (auto line = text::take_line(file); !line.empty(); line = text::take_line(file))
        if (!reader.read(line)) return std::unexpected("not understood: " + std::string(line));
    for (const auto* key : {"protection", "made by"})
        if (!reader.has(key)) return std::unexpected("says nothing of: " + std::string(key));
    std::string about;
    auto line = text::take_line(file);
    for (; line != "---" && !file.empty(); line = text::take_line(file)) about.append(line).append("\n");
    if (line != "---") return std::unexpected("there is no mail in it");
    if (text::trim(about).empty()) return std::unexpected("does not say what it is");
    auto mail = reader.has("escapes") ? unescaped(file) : std::string(file);
    if (!mail) return std::unexpected("an escape that is none");
    auto out = reader.take();
    out.about = std::move(about);
    out.mail = policy::parse_message(*mail);
    if (out.mail.fields.empty()) return std::unexpected("the mail has no header");
    return out;
}

std::vector<std::filesystem::path> case_files(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
        if (entry.path().extension() == ".case") out.push_back(entry.path());
    std::ranges::sort(out);
    return out;
}

} // namespace sealgate::test
