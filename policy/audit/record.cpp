#include "policy/audit/record.hpp"

#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

// Longer than any address or message id that mail can carry; what is longer is cut.
constexpr std::size_t most_code_points = 1000;

// Every byte that comes from outside goes through here: JSON is UTF-8, and a log must not be steered by control characters.
json::string outside(std::string_view text) {
    const auto clean = text::printable(text, most_code_points);
    return json::string(clean.data(), clean.size());
}

json::value text_or_null(std::string_view text) { return text.empty() ? json::value(nullptr) : outside(text); }

json::string word(std::string_view text) { return json::string(text.data(), text.size()); }

json::value classification_of(const told_decision& of) {
    if (!of.made.classification) return nullptr;
    return outside(of.rules.classifications[*of.made.classification].name);
}

json::array tags_of(const told_decision& of) {
    json::array out;
    for (const auto& tag : of.known.findings.tags)
        out.push_back(json::object{{"tag", outside(tag.tag)}, {"carrier", word(name_of(tag.where))}});
    return out;
}

json::value thread_of(const told_decision& of) {
    if (!of.made.thread) return nullptr;
    const auto& thread = *of.made.thread;
    return json::object{{"classification", outside(of.rules.classifications[thread.classification].name)},
                        {"known_by", word(name_of(thread.known_by))},
                        {"effect", word(name_of(thread.effect))}};
}

json::array near_misses_of(const told_decision& of) {
    json::array out;
    for (const auto& miss : of.known.findings.near_misses) {
        json::object one{{"suggestion", text_or_null(miss.suggestion)},
                         {"carrier", word(name_of(miss.where))},
                         {"unread", miss.unread},
                         {"charset", text_or_null(miss.charset)}};
        if (miss.stray) one["stray"] = true;
        out.push_back(std::move(one));
    }
    return out;
}

json::value standing_of(const key_facts& key) {
    return key.fingerprint.empty() ? json::value(nullptr) : json::value(word(name_of(key.standing)));
}

json::value source_of(const key_facts& key) {
    return key.fingerprint.empty() ? json::value(nullptr) : json::value(word(name_of(key.source)));
}

// What else decided, so that the log can be decided about anew (policy/simulation): each where it is so.
json::object further_facts(const told_decision& of) {
    json::object out;
    const auto classification = [&](rank which) { return outside(of.rules.classifications[which].name); };
    if (of.known.read != legibility::whole) out["read"] = word(name_of(of.known.read));
    if (of.known.shows_subject) out["shows_subject"] = true;
    if (of.known.thread.answers) out["answers"] = classification(*of.known.thread.answers);
    if (of.known.thread.hides_subject) out["hides_subject"] = true;
    if (of.known.release && of.known.release->as) out["released_as"] = classification(*of.known.release->as);
    return out;
}

json::array recipients_of(const told_decision& of) {
    json::array out;
    for (std::size_t i = 0; i < of.made.recipients.size(); ++i) {
        const auto& one = of.made.recipients[i];
        out.push_back(json::object{{"address", outside(of.names.of(one.who))},
                                   {"tier", outside(of.rules.tiers.name(one.tier))},
                                   {"action", word(name_of(one.cell))},
                                   {"key", json::object{{"state", word(name_of(one.key.state))},
                                                        {"fingerprint", text_or_null(of.names.of_text(one.key.fingerprint))},
                                                        {"source", source_of(one.key)},
                                                        {"standing", standing_of(one.key)}}},
                                   {"result", word(name_of(one.result))},
                                   {"reason", word(name_of(one.why))}});
        if (of.known.brought != protection::none && i < of.known.recipients.size())
            out.back().as_object()["addressed"] = word(name_of(of.known.recipients[i].to_them));
    }
    return out;
}

json::array texts(const std::vector<std::string>& from, const pseudonyms& names = {}) {
    json::array out;
    for (const auto& one : from) out.push_back(outside(names.of_text(one)));
    return out;
}

// What leaves beside the message in hand.
json::array copies_of(const told_decision& of) {
    json::array out;
    for (const auto& copy : of.made.forms.copies) {
        json::array to;
        for (const auto one : copy.recipients) to.push_back(outside(of.names.of(of.made.recipients[one].who)));
        out.push_back(json::object{{"form", word(name_of(copy.what))}, {"recipients", std::move(to)}});
    }
    return out;
}

json::array archive_of(const told_decision& of) {
    json::array out;
    for (const auto& archive : of.made.archive) out.push_back(outside(of.names.of(archive)));
    return out;
}

json::array parts_as_json(const std::vector<part_account>& parts) {
    json::array out;
    for (const auto& part : parts) {
        out.push_back(json::object{{"path", word(part.path)},
                                   {"type", outside(part.type)},
                                   {"verdict", outside(part.verdict)},
                                   {"packets", texts(part.packets)}});
    }
    return out;
}

// The words of a reply name people: where they may not be named, its codes remain.
json::value reply_of(const told_decision& of) {
    if (of.reply.empty()) return nullptr;
    constexpr std::size_t codes = sizeof "550 5.7.1" - 1;
    return word(of.names.are_clear() ? of.reply : of.reply.substr(0, codes));
}

// What the decision itself is, alike in both lines.
void add_decision(json::object& to, const told_decision& of) {
    to["classification"] = classification_of(of);
    to["tags"] = tags_of(of);
    to["thread"] = thread_of(of);
    to["near_misses"] = near_misses_of(of);
    to["author"] = word(name_of(of.known.by));
    to["protection"] = word(name_of(of.known.brought));
    to["foreign_keys"] = texts(of.known.foreign_keys, of.names);
    to["facts"] = further_facts(of);
    to["outcome"] = word(name_of(of.made.what));
    to["failure"] = of.made.failure ? json::value(word(name_of(*of.made.failure))) : json::value(nullptr);
    to["mode"] = word(name_of(of.mode));
    to["recipients"] = recipients_of(of);
    to["copies"] = copies_of(of);
    to["further_readers"] = texts(of.made.further_readers, of.names);
    to["archive"] = archive_of(of);
    to["reply"] = reply_of(of);
    to["notice"] = of.notice == notice_state::none ? json::value(nullptr) : json::value(word(name_of(of.notice)));
}

} // namespace

std::string explain_line(const told_decision& of, std::string_view file, const std::vector<part_account>& parts,
                         std::string_view report) {
    json::object line;
    line["file"] = outside(file);
    line["report"] = text_or_null(report);
    add_decision(line, of);
    line["parts"] = parts_as_json(parts);
    line["policy"] = word(of.rules.digest);
    return json::serialize(line);
}

std::string audit_fields(const told_decision& of, const circumstances& around) {
    json::object line;
    line["time"] = word(rfc3339(around.time));
    line["id"] = word(around.id);
    line["queue_id"] = outside(around.queue_id);
    line["message_id"] = text_or_null(of.names.of_text(around.message_id));
    line["sender"] = outside(of.names.of(around.sender));
    line["client"] = outside(of.names.of_text(around.client));
    line["user"] = text_or_null(of.names.of_text(around.user));
    add_decision(line, of);
    line["policy"] = word(of.rules.digest);
    if (!around.release_of.empty()) line["release_of"] = outside(around.release_of);
    line["size"] = around.size;
    line["duration_ms"] = around.duration.count();
    const auto whole = json::serialize(line);
    return whole.substr(1, whole.size() - 2);
}

} // namespace sealgate::policy
