#include "policy/audit/recorded_facts.hpp"

#include "policy/audit/pseudonym.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/decision/release.hpp"
#include "policy/decision/thread.hpp"
#include "policy/tags/lexicon.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

std::string_view text_at(const json::object& of, std::string_view field) { return text_in(of, field).value_or(""); }

template <class Enum>
Enum word_at(const json::object& of, std::string_view field, Enum otherwise) {
    return named_as<Enum>(text_at(of, field)).value_or(otherwise);
}

bool is_true(const json::object& of, std::string_view field) {
    const auto* value = of.if_contains(field);
    return value && value->is_bool() && value->as_bool();
}

bool is_reason(const json::object& recipient, reason why) { return text_at(recipient, "reason") == name_of(why); }

bool has_reason(const json::object& record, reason why) {
    return std::ranges::any_of(recipients_in(record), [&](const auto* one) { return is_reason(*one, why); });
}

// One record, read for one policy.
class record_reader {
public:
    record_reader(const json::object& record, const policy& rules)
        : record_(record)
        , facts_(object_in(record, "facts"))
        , is_earlier_(!record.contains("facts") || !record.at("facts").is_object())
        , rules_(rules)
        , lexicon_(lexicon_of(rules)) {}

    std::expected<recorded_facts, gap> run() && {
        if (word_at(record_, "outcome", outcome::defer) == outcome::defer) return std::unexpected(gap::deferred);
        if (is_earlier_ && text_at(record_, "policy") != rules_.digest) out_.gaps.insert(gap::earlier);
        auto& known = out_.known;
        known.by = word_at(record_, "author", author::person);
        known.brought = word_at(record_, "protection", protection::none);
        known.read = legibility_then();
        known.shows_subject = is_told("shows_subject") || has_reason(record_, reason::subject_in_clear);
        read_tags();
        read_near_misses();
        read_thread();
        read_release();
        for (const auto* one : recipients_in(record_))
            if (!add_recipient(*one)) return std::unexpected(gap::hidden);
        if (known.recipients.empty()) return std::unexpected(gap::unreadable);
        return std::move(out_);
    }

private:
    bool is_told(std::string_view fact) const { return is_true(facts_, fact); }
    std::string_view told(std::string_view fact) const { return text_at(facts_, fact); }

    legibility legibility_then() const {
        if (has_reason(record_, reason::too_large)) return legibility::too_large;
        if (has_reason(record_, reason::unreadable)) return legibility::too_complex;
        return named_as<legibility>(told("read")).value_or(legibility::whole);
    }

    // What this policy makes of a word that was read in mail.
    std::optional<rank> rank_of(std::string_view word, carrier where) const {
        if (is_label(where)) {
            const auto* family = named_family(rules_.carriers.labels, where);
            if (!family) return std::nullopt;
            const auto at = family->values.find(label_key(word));
            if (at != family->values.end()) return at->second.classification;
            return family->unknown == unknown_label::counts ? std::optional(family->unknown_as) : std::nullopt;
        }
        const auto folded = fold(word).points;
        const auto in = [&](const std::vector<tag_word>& words) -> std::optional<rank> {
            const auto at = std::ranges::find(words, folded, &tag_word::folded);
            return at == words.end() ? std::nullopt : std::optional(at->classification);
        };
        if (where == carrier::sensitivity)
            if (const auto found = in(lexicon_->sensitivity)) return found;
        return in(lexicon_->tags);
    }

    bool is_read(carrier where) const {
        const auto& from = rules_.carriers;
        switch (where) {
        case carrier::subject: return !from.subject.empty();
        case carrier::header: return !from.headers.empty();
        case carrier::forwarded: return from.forwarded;
        case carrier::sensitivity:
        case carrier::msip:
        case carrier::epms:
        case carrier::tlp:
        case carrier::sio:
        case carrier::titus:
        case carrier::boldon_james:
        case carrier::janusseal:
        case carrier::nextcloud:
        case carrier::keywords:
        case carrier::calendar: return true; // rank_of() knows what is read of it
        }
        std::unreachable();
    }

    void read_tags() {
        for (const auto* one : objects_in(record_, "tags")) {
            const auto where = word_at(*one, "carrier", carrier::subject);
            const std::string word(text_at(*one, "tag"));
            const auto meant = is_read(where) ? rank_of(word, where) : std::nullopt;
            if (meant) {
                out_.known.findings.tags.push_back({.tag = word, .classification = *meant, .where = where});
                continue;
            }
            out_.gaps.insert(gap::tag_unknown);
            out_.unknown_tags.push_back(word);
        }
    }

    // "[confidential]" as "confidential", where a pattern of this policy writes it so.
    std::optional<rank> rank_suggested(std::string_view suggestion, carrier where) const {
        if (where == carrier::subject)
            for (const auto& pattern : lexicon_->patterns)
                for (const auto& tag : lexicon_->tags)
                    if (pattern.written(tag) == suggestion) return tag.classification;
        return rank_of(suggestion, where);
    }

    // An earlier version did not tell which of them stood apart: those that a tag in the Subject answered, as it seems.
    bool was_stray(const json::object& miss) const {
        const bool mattered = has_reason(record_, reason::near_miss);
        return is_true(miss, "stray") ||
               (is_earlier_ && !mattered && word_at(miss, "carrier", carrier::subject) == carrier::subject);
    }

    void read_near_misses() {
        for (const auto* one : objects_in(record_, "near_misses")) {
            near_miss miss{.text = {},
                           .suggestion = std::string(text_at(*one, "suggestion")),
                           .where = word_at(*one, "carrier", carrier::subject),
                           .unread = is_true(*one, "unread"),
                           .charset = std::string(text_at(*one, "charset")),
                           .stray = was_stray(*one)};
            if (!is_read(miss.where)) continue;
            miss.meant = miss.suggestion.empty() ? std::nullopt : rank_suggested(miss.suggestion, miss.where);
            if (miss.suggestion.empty() || miss.meant) {
                out_.known.findings.near_misses.push_back(std::move(miss));
                continue;
            }
            out_.gaps.insert(gap::tag_unknown);
            out_.unknown_tags.push_back(miss.suggestion);
        }
    }

    void read_thread() {
        auto& thread = out_.known.thread;
        thread.hides_subject = is_told("hides_subject");
        std::vector<std::string> answers;
        if (const auto name = told("answers"); !name.empty()) answers.emplace_back(name);
        if (const auto& then = object_in(record_, "thread"); is_earlier_ && !then.empty()) {
            if (text_at(then, "known_by") == name_of(thread_sign::subject))
                thread.hides_subject = true;
            else
                answers.emplace_back(text_at(then, "classification"));
        }
        thread.answers = most_sensitive(rules_, answers);
    }

    void read_release() {
        if (text_at(record_, "release_of").empty()) return;
        const auto as = told("released_as");
        out_.known.release =
            release_facts{.as = as.empty() ? std::nullopt
                                           : std::optional(rank_named(rules_, as).value_or(rules_.classifications.size() - 1))};
    }

    // Where a hash hides the domain, one that stands for its tier; nothing where this policy has no such tier.
    std::optional<address> address_of(const json::object& one) {
        const auto spelled = text_at(one, "address");
        if (!is_pseudonym(spelled)) return parse_address(spelled);
        if (spelled.contains('@')) { // its domain is there; whether a server may send it elsewhere is not
            out_.gaps.insert(gap::tier_kept);
            return parse_address(spelled);
        }
        const auto tier = rules_.tiers.find(text_at(one, "tier"));
        if (!tier) return std::nullopt;
        out_.gaps.insert(gap::tier_kept);
        if (*tier == rules_.tiers.organisation()) return parse_address(spelled);
        if (*tier == rules_.tiers.unknown()) return parse_address(std::string(spelled) + "@unknown.invalid");
        const auto domains = rules_.tiers.first_domains(*tier, 1);
        if (domains.empty()) return std::nullopt;
        return parse_address(std::string(spelled) + "@" + domains.front());
    }

    key_facts key_of(const json::object& one) {
        const auto& then = key_in(one);
        key_facts out{.state = word_at(then, "state", key_state::missing),
                      .fingerprint = std::string(text_at(then, "fingerprint")),
                      .source = word_at(then, "source", key_source::own),
                      .standing = word_at(then, "standing", key_standing::own)};
        if (out.state != key_state::missing && !may_be_used(out, rules_.encryption.keys)) {
            out_.gaps.insert(gap::key_unknown);
            out = {};
        }
        return out;
    }

    static bool may_be_used(const key_facts& key, const std::vector<key_source>& sources) {
        return key.source == key_source::own || key.standing == key_standing::bound ||
               std::ranges::find(sources, key.source) != sources.end();
    }

    addressed addressed_then(const json::object& one) {
        if (const auto told = named_as<addressed>(text_at(one, "addressed"))) return *told;
        if (is_reason(one, reason::already_encrypted) || is_reason(one, reason::subject_in_clear)) return addressed::yes;
        if (is_reason(one, reason::passphrase_only)) return addressed::passphrase;
        if (is_reason(one, reason::not_addressed)) return addressed::no;
        if (came_encrypted(out_.known.brought) && !is_reason(one, reason::unverifiable)) out_.gaps.insert(gap::addressed);
        return addressed::unverifiable;
    }

    bool add_recipient(const json::object& one) {
        auto who = address_of(one);
        if (!who) return false;
        recipient_facts out{.who = *std::move(who), .key = key_of(one), .to_them = addressed_then(one)};
        for (rank row = 0; row < rules_.rules.size(); ++row)
            if (const auto& only = rules_.rules[row].keys)
                out.key_by_rank.emplace(row, may_be_used(out.key, *only) ? out.key : key_facts{});
        out_.known.recipients.push_back(std::move(out));
        return true;
    }

    const json::object& record_;
    const json::object& facts_;
    const bool is_earlier_; // a version wrote it that told no facts
    const policy& rules_;
    std::shared_ptr<const tag_lexicon> lexicon_;
    recorded_facts out_;
};

} // namespace

std::expected<recorded_facts, gap> facts_in(const json::object& record, const policy& rules) {
    return record_reader(record, rules).run();
}

decision decide_again(const policy& rules, const facts& known, const json::object& record) {
    auto made = decide(rules, known);
    if (made.what != outcome::seal) return made;
    const auto then = recipients_in(record);
    for (std::size_t i = 0; i < then.size() && i < made.recipients.size(); ++i)
        for (const auto why : {reason::too_large_sealed, reason::too_many_copies})
            if (is_reason(*then[i], why)) {
                made.recipients[i].result = made.what = outcome::reject;
                made.recipients[i].why = why;
            }
    return made;
}

} // namespace sealgate::policy
