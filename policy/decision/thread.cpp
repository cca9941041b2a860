#include "policy/decision/thread.hpp"

#include "policy/base/text.hpp"
#include "policy/load/rules.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_own = 4;
constexpr std::size_t most_at_each_end = 500;
constexpr std::size_t longest_id = 998; // octets; RFC 5322 section 2.1.1
constexpr std::string_view between_words = " \t<>,;\"";

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

// What stands in angle brackets; where nothing does, each word with an "@".
void add_ids(std::vector<std::string>& to, std::string_view value) {
    const auto before = to.size();
    for (auto open = value.find('<'); open != std::string_view::npos; open = value.find('<', open)) {
        const auto close = value.find_first_of("<>", open + 1);
        if (close == std::string_view::npos) break;
        if (value[close] == '>') add_id(to, value.substr(open + 1, close - open - 1));
        open = close;
    }
    if (to.size() > before) return;
    const auto whole = unfolded(value);
    for (std::size_t begin = 0, end = 0; begin < whole.size(); begin = end) {
        begin = std::min(whole.find_first_not_of(between_words, begin), whole.size());
        end = std::min(whole.find_first_of(between_words, begin), whole.size());
        const auto word = std::string_view(whole).substr(begin, end - begin);
        if (word.contains('@')) add_id(to, word);
    }
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
    if (how == mode::enforce && made.what > outcome::hold) return std::nullopt;
    std::optional<rank> out;
    if (made.what == outcome::seal || made.classification > rules.untagged.value_or(0)) out = made.classification;
    const auto thread = thread_of(rules, known);
    return thread ? std::max(out, std::optional(thread->classification)) : out;
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
