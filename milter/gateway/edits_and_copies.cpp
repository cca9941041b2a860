#include "milter/gateway/edits_and_copies.hpp"

#include "milter/outbox/identity.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"
#include "policy/tags/strip.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <numeric>
#include <set>
#include <utility>

namespace sealgate::milter {

namespace {

using policy::form;

edit_list sealing_edits(const policy::message& mail, const keys::concealment& hidden, const keys::pgp_mime_envelope& envelope) {
    edit_list edits;
    const auto numbers = number_fields(mail);
    auto values = keys::outer_values(mail, hidden);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i])
            edits.deletions.push_back(numbers[i]);
        else if (*values[i] != mail.fields[i].value)
            edits.changes.push_back({.which = numbers[i], .value = *std::move(values[i])});
    }
    edits.additions = keys::outer_additions(envelope);
    edits.body = envelope.body;
    return edits;
}

// Whether our tags are taken off what these recipients get.
bool is_stripped(const policy::policy& rules, const policy::decision& made, const std::vector<std::size_t>& who) {
    return rules.carriers.strip &&
           std::ranges::any_of(who, [&](std::size_t one) { return made.recipients[one].tier != rules.tiers.organisation(); });
}

std::vector<std::size_t> all_of(const policy::decision& made) {
    std::vector<std::size_t> out(made.recipients.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
}

policy::message stripped(const policy::policy& rules, policy::message mail) {
    for (auto& field : mail.fields)
        if (text::iequals(field.name, "Subject")) field.value = policy::without_tags(rules, field.value).value_or(field.value);
    return mail;
}

void strip_subjects(edit_list& edits, const policy::policy& rules, const policy::message& mail) {
    const auto numbers = number_fields(mail);
    auto left = stripped(rules, mail);
    for (std::size_t i = 0; i < mail.fields.size(); ++i)
        if (left.fields[i] != mail.fields[i])
            edits.changes.push_back({.which = numbers[i], .value = std::move(left.fields[i].value)});
}

std::vector<policy::address> missing_archives(const policy::decision& made, const transaction& mail) {
    std::vector<policy::address> out;
    for (const auto& archive : made.archive)
        if (std::ranges::find(mail.recipients, archive.key(), &policy::address::key) == mail.recipients.end())
            out.push_back(archive);
    return out;
}

std::vector<std::string> leaving_otherwise(const policy::decision& made) {
    std::vector<std::string> out;
    for (const auto& copy : made.forms.copies)
        for (const auto one : copy.recipients) out.push_back(made.recipients[one].who.spelled);
    return out;
}

// One mailbox has one identity, however it is spelled.
owed_recipient owed_to(const policy::address& who, const std::string& sameness_of_mail, form what) {
    const auto whole = who.key() + "\n" + std::string(name_of(what)) + "\n" + sameness_of_mail;
    return {.address = policy::without_blanks(who.spelled), .identity = sha256_hex(whole)};
}

// One of the mail's own recipients.
owed_recipient owed_to(const transaction& mail, std::size_t index, const std::string& sameness_of_mail, form what) {
    auto out = owed_to(mail.recipients[index], sameness_of_mail, what);
    out.dsn = mail.recipients_dsn[index];
    return out;
}

// The mailboxes that have the message in hand, and need no copy by another spelling.
std::set<std::string> keys_here(const policy::decision& made) {
    std::set<std::string> out;
    for (const auto one : made.forms.here) out.insert(made.recipients[one].who.key());
    return out;
}

// The message as it leaves, behind a header that the copies share, however many they are: see keys::sealed_message().
octet_pieces on_wire(const octets& outer_header, const keys::pgp_mime_envelope& envelope) {
    return {outer_header, policy::fields_on_wire(keys::outer_additions(envelope)) + "\r\n", envelope.body};
}

// A recipient named twice is owed one copy.
void add_once(std::vector<owed_recipient>& to, owed_recipient one) {
    if (std::ranges::find(to, one.identity, &owed_recipient::identity) == to.end()) to.push_back(std::move(one));
}

} // namespace

keys::concealment concealed_by(const policy::policy& rules) {
    if (!rules.encryption.protect_subject) return keys::subject_shown::outside;
    keys::concealment out = keys::subject_shown::inside_only;
    out.fields = rules.carriers.headers;
    for (auto rank = rules.untagged ? *rules.untagged + 1 : 0; rank < rules.classifications.size(); ++rank)
        std::ranges::copy(rules.classifications[rank].tags, std::back_inserter(out.tags));
    for (const auto& [family, labels] : rules.carriers.labels)
        for (const auto& [key, value] : labels.values)
            if (!rules.untagged || value.classification > *rules.untagged)
                out.tags.push_back((family == policy::carrier::tlp ? "TLP:" : "") + value.spelled);
    return out;
}

std::vector<std::vector<std::size_t>> ciphertext_groups(const policy::decision& made) {
    std::vector<std::vector<std::size_t>> out;
    if (made.what != policy::outcome::seal) return out;
    if (!made.forms.here.empty()) out.push_back(made.forms.here);
    for (const auto& copy : made.forms.copies)
        if (copy.what == form::sealed) out.push_back(copy.recipients);
    return out;
}

edit_list edits_for(const policy::policy& rules, const policy::decision& made, const transaction& mail,
                    const std::vector<keys::pgp_mime_envelope>& sealed, const std::string& id) {
    edit_list edits;
    if (sealed.empty()) {
        for (const auto& archive : missing_archives(made, mail)) edits.recipients.push_back(archive.spelled);
        const bool goes = made.what <= policy::outcome::warn;
        if (goes && is_stripped(rules, made, all_of(made))) strip_subjects(edits, rules, mail.mail);
    } else if (made.forms.here.empty()) {
        edits.discard = true;
    } else {
        edits = sealing_edits(mail.mail, concealed_by(rules), sealed.front());
        const bool is_shown = !rules.encryption.protect_subject;
        if (is_shown && is_stripped(rules, made, made.forms.here)) strip_subjects(edits, rules, mail.mail);
        edits.removed_recipients = leaving_otherwise(made);
    }
    if (made.what == policy::outcome::hold) edits.quarantine = "sealgate " + id;
    return edits;
}

std::vector<owed_copy> copies_owed(const policy::policy& rules, const policy::decision& made, const transaction& mail,
                                   const policy::message& leaving, const std::vector<keys::pgp_mime_envelope>& sealed,
                                   const std::string& id) {
    std::vector<owed_copy> out;
    if (sealed.empty()) return out;
    const auto same = sameness(mail);
    owed_copy original{.decision = id,
                       .sender = policy::without_blanks(mail.sender.spelled),
                       .recipients = {},
                       .message = {},
                       .dsn = mail.dsn};
    for (const auto& archive : missing_archives(made, mail))
        add_once(original.recipients, owed_to(archive, same, form::original));
    const auto stay = keys_here(made);
    const bool stays = rules.encryption.protect_subject || !rules.carriers.strip;
    const octets outer_header =
        policy::fields_on_wire(keys::outer_fields(stays ? leaving : stripped(rules, leaving), concealed_by(rules)));
    auto envelope = made.forms.here.empty() ? sealed.begin() : std::next(sealed.begin());
    std::vector<std::size_t> of_original;
    for (const auto& copy : made.forms.copies) {
        if (copy.what == form::original) of_original.insert(of_original.end(), copy.recipients.begin(), copy.recipients.end());
        std::vector<owed_recipient> to;
        auto& into = copy.what == form::original ? original.recipients : to;
        for (const auto one : copy.recipients)
            if (!stay.contains(made.recipients[one].who.key())) add_once(into, owed_to(mail, one, same, copy.what));
        if (copy.what == form::original) continue;
        assert(envelope != sealed.end());
        out.push_back({.decision = id,
                       .sender = original.sender,
                       .recipients = std::move(to),
                       .message = on_wire(outer_header, *envelope++),
                       .dsn = mail.dsn});
    }
    if (original.recipients.empty()) return out;
    const bool strips = is_stripped(rules, made, of_original);
    original.message = policy::to_wire(strips ? stripped(rules, leaving) : leaving);
    out.push_back(std::move(original));
    return out;
}

} // namespace sealgate::milter
