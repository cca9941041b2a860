#include "policy/texts/catalogue.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr auto rules = std::to_array<text_rule>({
    {.name = "sender", .needs = {"organisation"}},
    {.name = "administrators"},
    {.name = "time", .needs = {"year", "month", "day"}, .may = {"hour", "minute", "zone"}},
    {.name = "and"},
    {.name = "or"},
    {.name = "otherwise"},
    {.name = "more", .needs = {"count"}},
    {.name = "warning-subject", .needs = {"domains"}},
    {.name = "warning-heading"},
    {.name = "warning-intro", .needs = {"time"}, .may = {"organisation"}},
    {.name = "held-subject", .needs = {"domains"}},
    {.name = "held-heading"},
    {.name = "held-intro", .needs = {"time"}, .may = {"organisation"}},
    {.name = "held-next-heading"},
    {.name = "held-next", .needs = {"contact", "decision"}},
    {.name = "held-refused-subject", .needs = {"who"}, .added = true},
    {.name = "held-refused-heading", .added = true},
    {.name = "held-refused-intro", .needs = {"who"}, .may = {"organisation"}, .added = true},
    {.name = "held-refused-next", .needs = {"contact", "decision"}, .added = true},
    {.name = "digest-subject", .needs = {"count"}},
    {.name = "digest-heading", .may = {"count"}},
    {.name = "digest-intro", .may = {"count", "organisation"}},
    {.name = "digest-warned"},
    {.name = "digest-held"},
    {.name = "digest-unlisted", .needs = {"count"}},
    {.name = "digest-decisions", .needs = {"decisions"}},
    {.name = "why-heading"},
    {.name = "why-tier", .needs = {"tier", "meaning", "classification"}},
    {.name = "held-tier", .needs = {"tier", "meaning", "classification"}},
    {.name = "why-unverifiable", .may = {"classification"}},
    {.name = "why-passphrase-only", .may = {"classification"}},
    {.name = "why-subject-in-clear", .may = {"classification"}},
    {.name = "why-near-miss", .may = {"classification"}},
    {.name = "why-unread", .may = {"classification"}, .added = true},
    {.name = "why-unread-charset", .needs = {"charset"}, .may = {"classification"}, .added = true},
    {.name = "why-downgrade", .may = {"classification"}, .added = true},
    {.name = "inherited", .added = true},
    {.name = "raised", .added = true},
    {.name = "why-no-key", .may = {"classification"}},
    {.name = "why-key-expired", .may = {"classification"}},
    {.name = "why-key-revoked", .may = {"classification"}},
    {.name = "why-key-disabled", .may = {"classification"}},
    {.name = "why-key-not-for-encryption", .may = {"classification"}},
    {.name = "why-key-weak", .may = {"classification"}},
    {.name = "better-heading"},
    {.name = "better-service", .needs = {"services"}},
    {.name = "better-key", .needs = {"who", "tag", "contact"}},
    {.name = "better-tag", .needs = {"who", "tag"}},
    {.name = "better-new-key", .needs = {"who", "contact"}},
    {.name = "better-gateway", .needs = {"tag"}},
    {.name = "better-downgrade", .added = true},
    {.name = "better-subject", .may = {"contact"}},
    {.name = "better-retag", .needs = {"tags"}},
    {.name = "held-retag", .needs = {"tags"}, .may = {"contact"}},
    {.name = "better-readable", .added = true},
    {.name = "better-text", .needs = {"channels"}},
    {.name = "better-voice", .needs = {"channels"}},
    {.name = "better-channel", .needs = {"kind", "channels"}},
    {.name = "tag-heading"},
    {.name = "tag-subject", .needs = {"tags"}},
    {.name = "tag-program", .needs = {"tags"}},
    {.name = "readers", .needs = {"readers"}},
    {.name = "once"},
    {.name = "help", .needs = {"help"}},
    {.name = "decision", .needs = {"decision"}, .may = {"contact"}},
    // Refusals by mail, beside the SMTP reply.
    {.name = "refused-subject", .needs = {"domains"}, .added = true},
    {.name = "refused-heading", .added = true},
    {.name = "refused-intro", .needs = {"time"}, .may = {"organisation"}, .added = true},
    {.name = "refused-why-heading", .added = true},
    {.name = "digest-refused", .added = true},
    // Refusals.
    {.name = "reply-first", .needs = {"what"}, .added = true},
    {.name = "reply-also", .needs = {"what"}, .added = true},
    {.name = "reply-but", .needs = {"classified", "why"}, .added = true},
    {.name = "reply-tagged", .needs = {"classification"}, .added = true},
    {.name = "reply-untagged", .needs = {"classification"}, .added = true},
    {.name = "reply-untagged-encrypted", .needs = {"classification"}, .added = true},
    {.name = "reply-untagged-thread", .needs = {"classification"}, .added = true},
    {.name = "reply-lowered-encrypted", .needs = {"classification"}, .added = true},
    {.name = "reply-lowered-thread", .needs = {"classification"}, .added = true},
    {.name = "reply-no-tag", .added = true},
    {.name = "reply-no-tag-answers", .needs = {"answers"}, .added = true},
    {.name = "reply-answers", .needs = {"classification"}, .added = true},
    {.name = "reply-answers-encrypted", .added = true},
    {.name = "reply-near-miss", .needs = {"tags"}, .may = {"field"}, .added = true},
    {.name = "reply-no-such-tag", .may = {"field"}, .added = true},
    {.name = "reply-unread", .needs = {"field", "charset"}, .added = true},
    {.name = "reply-unread-tagged", .needs = {"tags", "field", "charset"}, .added = true},
    {.name = "reply-charset", .needs = {"charset"}, .added = true},
    {.name = "reply-field-subject", .added = true},
    {.name = "reply-field-header", .may = {"headers"}, .added = true},
    {.name = "reply-field-sensitivity", .added = true},
    {.name = "reply-field-forwarded", .added = true},
    {.name = "reply-field-label", .needs = {"family"}, .added = true},
    {.name = "reply-tier", .needs = {"who"}, .added = true},
    {.name = "reply-no-key", .needs = {"who"}, .added = true},
    {.name = "reply-key-expired", .needs = {"who"}, .added = true},
    {.name = "reply-key-expired-several", .needs = {"who"}, .added = true},
    {.name = "reply-key-revoked", .needs = {"who"}, .added = true},
    {.name = "reply-key-revoked-several", .needs = {"who"}, .added = true},
    {.name = "reply-key-disabled", .needs = {"who"}, .added = true},
    {.name = "reply-key-disabled-several", .needs = {"who"}, .added = true},
    {.name = "reply-key-not-for-encryption", .needs = {"who"}, .added = true},
    {.name = "reply-key-not-for-encryption-several", .needs = {"who"}, .added = true},
    {.name = "reply-key-weak", .needs = {"who"}, .added = true},
    {.name = "reply-key-weak-several", .needs = {"who"}, .added = true},
    {.name = "reply-not-addressed", .needs = {"who"}, .added = true},
    {.name = "reply-unverifiable", .needs = {"who"}, .added = true},
    {.name = "reply-passphrase-only", .needs = {"who"}, .added = true},
    {.name = "reply-passphrase-only-several", .needs = {"who"}, .added = true},
    {.name = "reply-not-encrypted", .needs = {"who"}, .added = true},
    {.name = "reply-pgp-fake", .needs = {"who"}, .added = true},
    {.name = "reply-pgp-partial", .needs = {"who"}, .added = true},
    {.name = "reply-smime-not-accepted", .needs = {"who"}, .added = true},
    {.name = "reply-downgrade", .needs = {"answers", "who"}, .added = true},
    {.name = "reply-too-large", .added = true},
    {.name = "reply-too-large-sealed", .needs = {"size", "who"}, .added = true},
    {.name = "reply-too-many-copies", .needs = {"size", "who"}, .added = true},
    {.name = "reply-unreadable", .needs = {"who"}, .added = true},
    {.name = "reply-rule", .needs = {"who"}, .added = true},
    {.name = "step-ask-for-key", .added = true},
    {.name = "step-ask-for-key-several", .added = true},
    {.name = "step-ask-for-new-key", .added = true},
    {.name = "step-ask-for-new-key-several", .added = true},
    {.name = "step-ask-about-key", .added = true},
    {.name = "step-ask-about-key-several", .added = true},
    {.name = "step-ask-for-address", .added = true},
    {.name = "step-ask-for-address-several", .added = true},
    {.name = "step-give-key", .added = true},
    {.name = "step-give-key-several", .added = true},
    {.name = "step-send-clear", .added = true},
    {.name = "step-send-clear-several", .added = true},
    {.name = "step-encrypt-here-or-whole", .added = true},
    {.name = "step-encrypt-whole", .added = true},
    {.name = "step-encrypt-to-all", .added = true},
    {.name = "step-encrypt-openly", .added = true},
    {.name = "step-encrypt-yourself", .added = true},
    {.name = "step-send-less", .added = true},
    {.name = "step-send-to-fewer", .added = true},
    {.name = "step-send-parts", .added = true},
    {.name = "step-correct-tag", .needs = {"tags"}, .added = true},
    {.name = "step-choose-label", .needs = {"tags"}, .added = true},
    {.name = "step-write-plainly", .needs = {"tags"}, .added = true},
    {.name = "step-tag-alike", .needs = {"tags"}, .added = true},
    {.name = "step-write-tag", .needs = {"tags"}, .added = true},
    {.name = "step-ask-administrator", .added = true},
    {.name = "step-alone", .needs = {"step"}, .added = true},
    {.name = "step-or-channels", .needs = {"step", "channels"}, .added = true},
    {.name = "reply-channels", .needs = {"channels"}, .added = true},
    {.name = "reply-lower", .needs = {"tags"}, .added = true},
    {.name = "reply-readers", .needs = {"readers"}, .added = true},
    {.name = "reply-other", .needs = {"count"}, .added = true},
    {.name = "reply-others", .needs = {"count"}, .added = true},
    {.name = "reply-unnamed", .needs = {"others"}, .added = true},
    {.name = "reply-forwarded", .needs = {"organisation"}, .added = true},
    {.name = "reply-forwarded-later", .added = true},
    {.name = "reply-later", .needs = {"fault"}, .added = true},
    {.name = "fault-sealing-failed", .added = true},
    {.name = "fault-no-room", .added = true},
    {.name = "fault-organisation-key", .added = true},
    {.name = "fault-threads-unreadable", .added = true},
    {.name = "fault-limit-unknown", .added = true},
    {.name = "fault-lookup-failed", .needs = {"who"}, .added = true},
    {.name = "fault-keys-unreadable", .needs = {"who"}, .added = true},
    {.name = "fault-internal-error", .added = true},
    {.name = "fault-recipients", .added = true},
    // The handbook.
    {.name = "book-title", .needs = {"organisation"}, .added = true},
    {.name = "book-intro", .added = true},
    {.name = "book-classes", .added = true},
    {.name = "book-classes-note", .added = true},
    {.name = "book-classification", .added = true},
    {.name = "book-write", .added = true},
    {.name = "book-understood", .added = true},
    {.name = "book-public", .added = true},
    {.name = "book-internal", .added = true},
    {.name = "book-confidential", .added = true},
    {.name = "book-untagged", .needs = {"tag"}, .added = true},
    {.name = "book-untagged-reject", .added = true},
    {.name = "book-several", .added = true},
    {.name = "book-reply", .added = true},
    {.name = "book-near-miss-reject", .added = true},
    {.name = "book-near-miss-hold", .added = true},
    {.name = "book-near-miss-warn", .added = true},
    {.name = "book-strip", .added = true},
    {.name = "book-how", .added = true},
    {.name = "book-how-subject", .added = true},
    {.name = "book-how-program", .added = true},
    {.name = "book-subject", .added = true},
    {.name = "book-example", .added = true},
    {.name = "book-how-thunderbird", .needs = {"header"}, .may = {"word"}, .added = true},
    {.name = "book-how-thunderbird-plain", .added = true},
    {.name = "book-how-outlook", .needs = {"choices"}, .added = true},
    {.name = "book-how-outlook-plain", .added = true},
    {.name = "book-sensitivity-company-confidential", .added = true},
    {.name = "book-sensitivity-private", .added = true},
    {.name = "book-sensitivity-personal", .added = true},
    {.name = "book-labels", .added = true},
    {.name = "book-how-labels", .needs = {"programs"}, .added = true},
    {.name = "label-msip", .added = true},
    {.name = "label-epms", .added = true},
    {.name = "label-tlp", .added = true},
    {.name = "label-sio", .added = true},
    {.name = "label-titus", .added = true},
    {.name = "label-boldon-james", .added = true},
    {.name = "label-janusseal", .added = true},
    {.name = "label-nextcloud", .added = true},
    {.name = "label-keywords", .added = true},
    {.name = "label-calendar", .added = true},
    {.name = "book-how-apple", .needs = {"tag"}, .added = true},
    {.name = "book-how-roundcube", .added = true},
    {.name = "book-how-gmail", .added = true},
    {.name = "book-gmail", .added = true},
    {.name = "book-phone", .added = true},
    {.name = "book-how-phone", .needs = {"tag"}, .added = true},
    {.name = "book-what", .added = true},
    {.name = "book-what-note", .added = true},
    {.name = "book-means", .added = true},
    {.name = "book-goes-to", .added = true},
    {.name = "book-deliver", .added = true},
    {.name = "book-warn", .added = true},
    {.name = "book-encrypt", .added = true},
    {.name = "book-require", .added = true},
    {.name = "book-hold", .added = true},
    {.name = "book-reject", .added = true},
    {.name = "book-deliver-meaning", .added = true},
    {.name = "book-warn-meaning", .added = true},
    {.name = "book-encrypt-meaning", .added = true},
    {.name = "book-encrypt-meaning-hold", .added = true},
    {.name = "book-require-meaning", .added = true},
    {.name = "book-hold-meaning", .added = true},
    {.name = "book-reject-meaning", .added = true},
    {.name = "book-services", .added = true},
    {.name = "book-service", .added = true},
    {.name = "book-domains", .added = true},
    {.name = "book-all-others", .added = true},
    {.name = "book-channels", .added = true},
    {.name = "book-channels-note", .added = true},
    {.name = "book-rung", .added = true},
    {.name = "book-text", .added = true},
    {.name = "book-voice", .added = true},
    {.name = "book-readers", .added = true},
    {.name = "book-readers-sealed", .added = true},
    {.name = "book-readers-you", .added = true},
    {.name = "book-readers-more", .needs = {"readers"}, .added = true},
    {.name = "book-readers-no-more", .added = true},
    {.name = "book-archive", .needs = {"tag", "addresses"}, .added = true},
    {.name = "book-subject-hidden", .added = true},
    {.name = "book-subject-shown", .added = true},
    {.name = "book-log", .added = true},
    {.name = "book-ask", .added = true},
    {.name = "book-ask-contact", .needs = {"contact"}, .may = {"decision"}, .added = true},
    {.name = "book-ask-key", .may = {"contact"}, .added = true},
    {.name = "book-ask-mistake", .added = true},
    {.name = "book-sign", .added = true},
    {.name = "book-sign-note", .added = true},
    {.name = "book-name", .added = true},
    {.name = "book-date", .added = true},
    {.name = "book-signature", .added = true},
    {.name = "book-made", .needs = {"version", "digest"}, .added = true},
});

} // namespace

const language_texts& texts_in(const std::vector<language_texts>& all, std::string_view tag) {
    const auto at = std::ranges::find(all, tag, &language_texts::tag);
    return at == all.end() ? all.front() : *at;
}

std::string_view language_texts::text(std::string_view name) const {
    const auto at = texts.find(name);
    return at == texts.end() ? std::string_view{} : std::string_view(at->second);
}

std::span<const text_rule> text_rules() { return rules; }

text_parts parts_of(std::string_view text) {
    text_parts out;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto brace = std::min(text.find_first_of("{}", at), text.size());
        if (brace > at) out.parts.push_back({.text = text.substr(at, brace - at), .is_place = false});
        if (brace == text.size()) break;
        const auto close = text.find_first_of("{}", brace + 1);
        if (text[brace] == '}' || close == std::string_view::npos || text[close] == '{') {
            out.broken = brace;
            break;
        }
        out.parts.push_back({.text = text.substr(brace + 1, close - brace - 1), .is_place = true});
        at = close + 1;
    }
    return out;
}

phrases fill(std::string_view text, const filling& with) {
    phrases out;
    bool nothing_before = false; // a place that stayed empty takes one of the spaces around it along
    for (const auto& part : parts_of(text).parts) {
        const bool after_nothing = std::exchange(nothing_before, false);
        if (!part.is_place) {
            const bool behind_space = !out.empty() && out.back().text.ends_with(' ');
            const bool too_many = after_nothing && behind_space && part.text.starts_with(' ');
            out.push_back({.text = std::string(part.text.substr(too_many ? 1 : 0))});
        } else if (const auto at = std::ranges::find(with, part.text, &filling::value_type::first); at != with.end()) {
            nothing_before = at->second.text.empty();
            if (!nothing_before) out.push_back(at->second);
        } else {
            nothing_before = true;
        }
    }
    return out;
}

std::string filled(std::string_view text, const filling& with) {
    std::string out;
    for (const auto& part : fill(text, with)) out += part.text;
    return out;
}

} // namespace sealgate::policy
