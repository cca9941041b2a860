#include "policy/report/tally.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/rules/reason.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <set>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

constexpr std::string_view all_others = "(others)";

std::string text_at(const json::object& of, std::string_view field) { return std::string(text_in(of, field).value_or("")); }

// For people who compare two: a digest begins differently.
std::string short_digest(std::string_view digest) {
    const auto colon = digest.find(':');
    const auto hex = digest.substr(colon == std::string_view::npos ? 0 : colon + 1);
    return hex.size() > 12 ? std::string(hex.substr(0, 12)) + "…" : std::string(hex);
}

// What the domain or its key, rather than the message, was refused or warned about for.
bool counts_against_the_domain(reason why) {
    switch (why) {
    case reason::tier:
    case reason::not_encrypted:
    case reason::no_key:
    case reason::key_expired:
    case reason::key_revoked:
    case reason::key_disabled:
    case reason::key_not_for_encryption:
    case reason::key_weak: return true;
    case reason::allowed:
    case reason::sealed:
    case reason::already_encrypted:
    case reason::subject_in_clear:
    case reason::unverifiable:
    case reason::passphrase_only:
    case reason::not_addressed:
    case reason::pgp_fake:
    case reason::pgp_partial:
    case reason::smime_not_accepted:
    case reason::near_miss:
    case reason::downgrade:
    case reason::untagged:
    case reason::too_large:
    case reason::too_large_sealed:
    case reason::too_many_copies:
    case reason::unreadable:
    case reason::keys_unreadable:
    case reason::lookup_failed:
    case reason::threads_unreadable:
    case reason::limit_unknown:
    case reason::organisation_key:
    case reason::sealing_failed:
    case reason::no_room:
    case reason::internal_error: return false;
    }
    return false;
}

// What was done to a recipient of that result, or null where nothing was: a mail that is refused for somebody else was not
// sent to this one either, and one that is deferred comes again.
std::uint64_t* effect_on(effects& to, const kind_of_mail& mail, outcome result) {
    if (mail.what == outcome::defer) return nullptr;
    const bool matters = result == outcome::warn || result == outcome::reject || result == outcome::hold;
    if (mail.how == mode::monitor) return matters ? &to.watched : nullptr;
    if (result == outcome::reject) return &to.refused;
    if (result == outcome::hold) return mail.what == outcome::hold ? &to.held : nullptr;
    const bool left = mail.what == outcome::warn || mail.what == outcome::seal;
    return result == outcome::warn && left ? &to.warned : nullptr;
}

template <class Key>
void count_effect(bounded<Key, effects>& in, const Key& key, const kind_of_mail& mail, outcome result) {
    effects probe;
    if (!effect_on(probe, mail, result)) return;
    if (auto* found = in.at(key)) ++*effect_on(*found, mail, result);
}

// Whether there was room for it.
template <class Key>
bool count_outcome(bounded<Key, counts_by_outcome>& in, const Key& key, outcome what) {
    auto* found = in.at(key);
    if (found) ++found->at(static_cast<std::size_t>(what));
    return found != nullptr;
}

std::string texts_at(const json::object& of, std::string_view field) {
    std::vector<std::string> out;
    const auto* list = of.if_contains(field);
    if (!list || !list->is_array()) return {};
    for (const auto& one : list->as_array())
        if (one.is_string()) out.emplace_back(one.as_string());
    return text::join(out, ", ");
}

// "8C1A of bob@x.org, from wkd (https://…), pinned, in place of 77E2, by root".
std::string text_of_key_change(const json::object& record) {
    const auto addresses = texts_at(record, "addresses"), source = text_at(record, "source"), user = text_at(record, "user");
    const auto evidence = text_at(record, "evidence"), standing = text_at(record, "standing"),
               before = text_at(record, "replaces");
    auto out = text_at(record, "fingerprint") + (addresses.empty() ? "" : " of " + addresses);
    if (!source.empty()) out += ", from " + source + (evidence.empty() ? "" : " (" + evidence + ")");
    if (!standing.empty()) out += ", " + standing;
    if (!before.empty()) out += ", in place of " + before;
    return out + (user.empty() ? "" : ", by " + user);
}

// "3 h", "90 s": as exact as it needs to be.
std::string text_of_span(std::int64_t seconds) {
    const auto size = seconds < 0 ? -static_cast<std::uint64_t>(seconds) : static_cast<std::uint64_t>(seconds);
    if (size >= 2 * 86400) return std::to_string(size / 86400) + " days";
    if (size >= 2 * 3600) return std::to_string(size / 3600) + " h";
    return std::to_string(size) + " s";
}

std::string text_of_changes(const json::object& record) {
    std::vector<std::string> parts;
    for (const std::string_view what : {"added", "changed", "removed"}) {
        const auto* of_kind = record.if_contains(what);
        const auto* counted = of_kind && of_kind->is_object() ? of_kind->get_object().if_contains("count") : nullptr;
        boost::system::error_code no_number;
        const auto count = counted ? counted->to_number<std::uint64_t>(no_number) : 0;
        if (count > 0) parts.push_back(std::to_string(count) + " " + std::string(what));
    }
    return text::join(parts, ", ");
}

} // namespace

tally::tally(std::optional<wall_time> since, std::optional<wall_time> until, std::size_t most)
    : counted_(most)
    , since_(since)
    , until_(until) {}

bool tally::is_in_period(wall_time when) const { return (!since_ || when >= *since_) && (!until_ || when < *until_); }

void tally::add(const json::object& record) {
    const auto when = parse_rfc3339(text_at(record, "time"));
    const auto event = text_in(record, "event");
    const auto what = named_as<outcome>(text_at(record, "outcome"));
    if (!when || (!event && !what)) return add_unreadable();
    address_key_.see(record);
    compare_policy(record, *when);
    compare_certificates(record, *when);
    compare_mode(text_in(record, "mode"), *when);
    if (event)
        add_event(record, *event, *when);
    else if (is_in_period(*when))
        add_decision(record, *when, *what);
}

std::string tally::known_classification(std::string name) {
    if (classifications_.contains(name)) return name;
    if (classifications_.size() >= most_classifications) return std::string(all_others);
    return *classifications_.insert(std::move(name)).first;
}

void tally::add_decision(const json::object& record, wall_time when, outcome what) {
    const kind_of_mail mail{.classification = known_classification(text_at(record, "classification")),
                            .how = named_as<mode>(text_at(record, "mode")).value_or(mode::enforce),
                            .what = what};
    counted_.first = std::min(counted_.first.value_or(when), when);
    counted_.last = std::max(counted_.last.value_or(when), when);
    ++counted_.totals[mail];
    if (auto* counts = counted_.by_hour.at(std::chrono::floor<std::chrono::hours>(when))) ++(*counts)[mail];
    if (what == outcome::defer)
        if (auto* number = counted_.failures.at(text_at(record, "failure"))) ++*number;
    const auto sender = text::lower(text_at(record, "sender"));
    auto& senders = mail.how == mode::monitor ? counted_.watched_senders : counted_.senders;
    if (count_outcome(senders, sender.empty() ? "<>" : sender, what)) counted_.ways.see(sender, address_key_.id());
    add_near_misses(record, mail);
    for (const auto* one : recipients_in(record)) add_recipient(*one, mail, text_at(record, "sender"), when);
}

void tally::add_recipient(const json::object& one, const kind_of_mail& mail, const std::string& sender, wall_time when) {
    const auto result = named_as<outcome>(text_at(one, "result"));
    if (!result) return;
    ++counted_.recipients;
    const auto address = text::lower(text_at(one, "address"));
    const auto tier = text_at(one, "tier"), word = text_at(one, "reason");
    const auto why = named_as<reason>(word);
    if (*result == outcome::reject || *result == outcome::hold) count_effect(counted_.reasons, word, mail, *result);
    if (why && counts_against_the_domain(*why)) {
        const std::string domain(domain_or_word(address));
        count_effect(counted_.domains, {domain, tier}, mail, *result);
        count_effect(counted_.insecure_senders, {sender.empty() ? "<>" : text::lower(sender), domain}, mail, *result);
    }
    if (counted_.wanted.add(one, sender, when)) {
        counted_.ways.see(address, address_key_.id());
        if (!sender.empty()) counted_.ways.see(text::lower(sender), address_key_.id());
    }
    if (mail.how == mode::monitor) {
        count_outcome(counted_.watched_domains, std::string(domain_or_word(address)), *result);
        count_outcome(counted_.watched_rules, {mail.classification, tier, text_at(one, "action"), word}, *result);
    }
}

void tally::add_near_misses(const json::object& record, const kind_of_mail& mail) {
    const auto* list = record.if_contains("near_misses");
    if (!list || !list->is_array() || list->as_array().empty()) return;
    ++counted_.near_misses;
    std::set<std::pair<std::string, std::string>> once; // a message counts once for each
    for (const auto& one : list->as_array())
        if (one.is_object()) once.emplace(text_at(one.as_object(), "suggestion"), text_at(one.as_object(), "carrier"));
    for (const auto& miss : once) {
        auto* found = counted_.suggestions.at(miss);
        if (!found) continue;
        if (mail.how == mode::monitor)
            ++found->watched;
        else if (mail.what == outcome::reject)
            ++found->refused;
        else if (mail.what == outcome::hold)
            ++found->held;
        else if (mail.what != outcome::defer)
            ++found->passed;
    }
}

// What follows another policy than the record before it.
void tally::compare_policy(const json::object& record, wall_time when) {
    const auto now = text_at(record, "policy");
    if (now.empty() || now == last_policy_) return;
    if (!last_policy_.empty())
        note({.when = when,
              .kind = change_kind::policy,
              .what = "policy changed from " + short_digest(last_policy_) + " to " + short_digest(now),
              .policy_before = last_policy_,
              .policy_now = now});
    last_policy_ = now;
}

// A key store that is another one, whoever changed it: `sealgate keys` leaves events, a hand in the store does not.
void tally::compare_certificates(const json::object& record, wall_time when) {
    const auto* now = record.if_contains("certificates");
    if (!now || !now->is_object()) return;
    const auto digest = text_at(now->as_object(), "digest");
    if (digest.empty() || digest == last_certificates_) return;
    if (!last_certificates_.empty()) {
        const auto* count = now->as_object().if_contains("count");
        note(when, change_kind::keys,
             "the key store in use changed" +
                 (count && count->is_int64() ? "; certificates in it: " + std::to_string(count->as_int64()) : ""));
    }
    last_certificates_ = digest;
}

void tally::compare_mode(std::optional<std::string_view> now, wall_time when) {
    if (!now || *now == last_mode_) return;
    if (!last_mode_.empty()) note(when, change_kind::mode, "mode changed from " + last_mode_ + " to " + std::string(*now));
    last_mode_ = *now;
}

// Each start names it; one that no record announced was put there by some hand.
void tally::compare_signing_key(const std::string& now, wall_time when) {
    if (now.empty() || now == last_signing_key_) return;
    if (!last_signing_key_.empty())
        note(when, change_kind::keys, "the key that signs checkpoints of the log was replaced by " + now);
    last_signing_key_ = now;
}

void tally::add_event(const json::object& record, std::string_view event, wall_time when) {
    const auto version = text_at(record, "version");
    const auto program = version.empty() ? std::string() : ", version " + version;
    if (event == "start") {
        if (runs_)
            note(when, change_kind::unclean,
                 "the gateway started without having stopped: a crash, or a machine that went down" + program);
        else
            note(when, change_kind::start, "the gateway started" + program);
        runs_ = true;
        compare_signing_key(text_at(record, "signing_key"), when);
    } else if (event == "stop") {
        runs_ = false;
        note(when, change_kind::stop, "the gateway stopped");
    } else if (event == "reload") {
        note(when, change_kind::reload, "configuration, policy and keys were read anew");
    } else if (event == "reload-refused") {
        note(when, change_kind::reload, "a reload was refused for errors in the files; the old ones stay in force");
    } else if (event == "keys-reload") {
        note(when, change_kind::keys, "the key store's changes are in force: " + text_of_changes(record));
    } else if (event == "keys-watch") {
        note(when, change_kind::keys, "administrators were told of keys that end, or that cannot be used");
    } else if (event == "signing-key") {
        last_signing_key_ = text_at(record, "key");
        note(when, change_kind::keys, "checkpoints of the log are signed by the key " + last_signing_key_);
    } else if (event == "report-passed") {
        // mail, and no change of the gateway
    } else if (event == "clock-jumped") {
        const auto* by = record.if_contains("seconds");
        const auto seconds = by && by->is_int64() ? by->as_int64() : 0;
        note(when, change_kind::clock,
             "the clock " + std::string(seconds < 0 ? "went back" : "went forward") + " by " + text_of_span(seconds) +
                 ", or the machine slept; the record before is of " + text_at(record, "last_record"));
    } else if (event == "repair") {
        note(when, change_kind::repair, "an unfinished line at the end of the log was removed");
    } else if (event.starts_with("key-")) {
        note(when, change_kind::keys, std::string(event) + " " + text_of_key_change(record));
    } else {
        note(when, change_kind::other, std::string(event));
    }
}

void tally::note(wall_time when, change_kind kind, std::string what) {
    note({.when = when, .kind = kind, .what = std::move(what)});
}

void tally::note(change what) {
    if (!is_in_period(what.when)) return;
    ++counted_.changes_by_kind[what.kind];
    counted_.changes.push_back(std::move(what));
    if (counted_.changes.size() > most_changes) counted_.changes.pop_front();
}

} // namespace sealgate::policy
