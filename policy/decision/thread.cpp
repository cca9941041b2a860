#include "policy/decision/thread.hpp"

#include "policy/base/text.hpp"
#include "policy/load/rules.hpp"
#include "policy/mail/encoded_word.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_own = 4;
constexpr std::size_t most_at_each_end = 500;
constexpr std::size_t longest_id = 4096; // octets; RFC 5322 section 2.1.1 has lines of 998
constexpr std::string_view between_words = " \t\n<>,;\"";

constexpr auto answering_fields = std::to_array<std::string_view>({"In-Reply-To", "References", "X-Forwarded-Message-Id"});

std::string comparable(std::string_view id) {
    std::string out;
    for (const char c : id)
        if (!text::is_space(c)) out += text::to_lower(c);
    return out;
}

void add_id(std::vector<std::string>& to, std::string_view id) {
    if (id.size() <= longest_id)
        if (auto one = comparable(id); !one.empty()) to.push_back(std::move(one));
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> out;
    for (auto begin = text.find_first_not_of(between_words); begin != std::string_view::npos;) {
        const auto end = std::min(text.find_first_of(between_words, begin), text.size());
        out.push_back(text.substr(begin, end - begin));
        begin = text.find_first_not_of(between_words, end);
    }
    return out;
}

// What stands in angle brackets, and each other word with an "@"; where there is none of these, a word that stands alone.
void add_ids_as_written(std::vector<std::string>& to, std::string_view value) {
    const auto before = to.size();
    std::string others;
    for (std::size_t at = 0; at < value.size();) {
        const auto open = std::min(value.find('<', at), value.size());
        others.append(value.substr(at, open - at)).append(" ");
        const auto close = open < value.size() ? value.find_first_of("<>", open + 1) : std::string_view::npos;
        if (close == std::string_view::npos) break;
        if (value[close] == '>') add_id(to, value.substr(open + 1, close - open - 1));
        at = value[close] == '>' ? close + 1 : close;
    }
    const auto words = words_of(others);
    for (const auto word : words)
        if (word.contains('@')) add_id(to, word);
    if (to.size() == before && words.size() == 1) add_id(to, words.front());
}

// Python's email package, for one, writes long ids as encoded words, though RFC 2047 section 5 forbids it.
void add_ids(std::vector<std::string>& to, std::string_view value) {
    add_ids_as_written(to, value);
    if (value.contains("=?")) add_ids_as_written(to, decode_words(unfolded(value)).text);
}

void keep_once(std::vector<std::string>& ids) {
    std::set<std::string> seen;
    std::erase_if(ids, [&](const std::string& id) { return !seen.insert(id).second; });
}

void keep_first(std::vector<std::string>& ids) {
    keep_once(ids);
    if (ids.size() > most_own) ids.resize(most_own);
}

void keep_ends(std::vector<std::string>& ids, std::size_t most = 2 * most_at_each_end) {
    constexpr auto each = static_cast<std::ptrdiff_t>(most_at_each_end);
    if (ids.size() > most) ids.erase(ids.begin() + each, ids.end() - each);
}

std::optional<rank> least_encrypted(const policy& rules) {
    const auto encrypts = [](const rule_row& row) {
        return std::ranges::any_of(row.cells, [](action cell) { return cell == action::encrypt || cell == action::require; });
    };
    const auto at = std::ranges::find_if(rules.rules, encrypts);
    if (at == rules.rules.end()) return std::nullopt;
    return static_cast<rank>(at - rules.rules.begin());
}

// Of a mail that was decided so: `as` by itself, `answered` for its thread.
std::optional<rank> remembered(const policy& rules, outcome what, mode how, std::optional<rank> as,
                               std::optional<rank> answered) {
    if (how == mode::enforce && what > outcome::hold) return std::nullopt;
    const bool is_more_than_any = what == outcome::seal || as > rules.untagged.value_or(0);
    return std::max(is_more_than_any ? as : std::nullopt, answered);
}

bool is_message_id(std::string_view field_name) { return text::iequals(field_name, "Message-ID"); }

} // namespace

bool came_encrypted(protection brought) {
    return brought == protection::pgp_mime || brought == protection::pgp_inline || brought == protection::smime;
}

bool is_thread_field(std::string_view name) { return is_message_id(name) || text::is_one_of(name, answering_fields); }

thread_ids thread_ids_of(const message& mail) {
    thread_ids out;
    for (const auto& field : mail.fields) {
        if (is_message_id(field.name)) {
            add_ids(out.own, field.value);
            keep_first(out.own);
        } else if (text::is_one_of(field.name, answering_fields)) {
            add_ids(out.answered, field.value);
            keep_ends(out.answered, 8 * most_at_each_end); // seldom: there may be many fields
        }
    }
    keep_ends(out.answered);
    keep_once(out.answered);
    return out;
}

std::optional<thread_standing> thread_of(const policy& rules, const facts& known) {
    std::optional<thread_standing> out;
    if (known.thread.answers) out = {.classification = *known.thread.answers, .known_by = thread_sign::reference};
    // The Subject of a mail that comes encrypted was hidden by the sender's own mail program.
    if (!known.thread.hides_subject || came_encrypted(known.brought)) return out;
    const auto hidden = least_encrypted(rules);
    if (hidden && (!out || *hidden > out->classification)) out = {.classification = *hidden, .known_by = thread_sign::subject};
    return out;
}

std::optional<rank> remembered_as(const policy& rules, const facts& known, const decision& made, mode how) {
    const auto thread = thread_of(rules, known);
    return remembered(rules, made.what, how, made.classification,
                      thread ? std::optional(thread->classification) : std::nullopt);
}

std::optional<rank> remembered_as(const policy& rules, const recorded_mail& mail) {
    const auto rank_of = [&](const std::string& name) { return name.empty() ? std::nullopt : most_sensitive(rules, {name}); };
    return remembered(rules, mail.what, mail.how, rank_of(mail.classification), rank_of(mail.answered));
}

std::vector<std::string> message_ids_in(std::string_view value) {
    std::vector<std::string> out;
    add_ids(out, value);
    keep_first(out);
    return out;
}

std::optional<rank> most_sensitive(const policy& rules, const std::vector<std::string>& names) {
    std::optional<rank> out;
    for (const auto& name : names) {
        const auto found = find_classification(rules, name);
        out = std::max(out, found ? found : least_encrypted(rules));
    }
    return out;
}

} // namespace sealgate::policy
