#include "policy/report/words.hpp"

#include "policy/report/ranking.hpp"
#include "policy/rules/reason.hpp"

namespace sealgate::policy {

namespace {

std::string_view meaning(reason why) {
    switch (why) {
    case reason::allowed: return "the policy lets it go there as it is";
    case reason::tier: return "the policy does not let this classification go to this tier of mail services";
    case reason::sealed: return "encrypted by the gateway";
    case reason::already_encrypted: return "came encrypted to the recipient";
    case reason::subject_in_clear: return "came encrypted, with a readable subject";
    case reason::unverifiable: return "came encrypted, and to whom cannot be told";
    case reason::passphrase_only: return "came encrypted to a passphrase alone";
    case reason::not_addressed: return "came encrypted, but not to a known key of the recipient";
    case reason::no_key: return "has to be encrypted, and there is no key";
    case reason::key_expired: return "has to be encrypted, and the key has expired";
    case reason::key_revoked: return "has to be encrypted, and the key is revoked";
    case reason::key_disabled: return "has to be encrypted, and the key is disabled here";
    case reason::key_not_for_encryption: return "has to be encrypted, and the key is not for encryption";
    case reason::key_weak: return "has to be encrypted, and the key is too weak";
    case reason::not_encrypted: return "the sender has to encrypt it, and did not";
    case reason::pgp_fake: return "claimed to be encrypted and was not";
    case reason::pgp_partial: return "encrypted, with something readable beside it";
    case reason::smime_not_accepted: return "S/MIME, which the policy does not accept";
    case reason::near_miss: return "something nearly like a tag";
    case reason::downgrade: return "tagged as less sensitive than what it answers";
    case reason::untagged: return "no tag, and the policy asks for one";
    case reason::too_large: return "larger than the gateway reads";
    case reason::too_large_sealed: return "once encrypted, larger than the mail server takes";
    case reason::too_many_copies: return "needs more copies of its own than the gateway keeps for one mail";
    case reason::unreadable: return "built too deep to be checked";
    case reason::keys_unreadable: return "the gateway could not read all of its keys; tried again later";
    case reason::lookup_failed: return "the gateway could not find out whether a key is published; tried again later";
    case reason::threads_unreadable:
        return "the gateway could not look up how sensitive the mail is that it answers; tried again later";
    case reason::limit_unknown: return "the gateway could not ask how large a mail the mail server takes; tried again later";
    case reason::organisation_key: return "a key of the organisation's own could not be used; tried again later";
    case reason::sealing_failed: return "encrypting failed; tried again later";
    case reason::no_room: return "no room on the disk or in memory; tried again later";
    case reason::internal_error: return "a problem of the gateway's own; tried again later";
    }
    return "";
}

} // namespace

std::string_view done(outcome what) {
    switch (what) {
    case outcome::deliver: return "delivered";
    case outcome::warn: return "delivered with a warning";
    case outcome::seal: return "sealed";
    case outcome::hold: return "held";
    case outcome::reject: return "refused";
    case outcome::defer: return "deferred";
    }
    return "?";
}

series_look look_of(outcome what) {
    switch (what) {
    case outcome::deliver: return series_look::deliver;
    case outcome::warn: return series_look::warn;
    case outcome::seal: return series_look::seal;
    case outcome::hold: return series_look::hold;
    case outcome::reject: return series_look::reject;
    case outcome::defer: return series_look::defer;
    }
    return series_look::deliver;
}

std::string_view said(change_kind kind) {
    switch (kind) {
    case change_kind::policy: return "policy";
    case change_kind::mode: return "mode";
    case change_kind::keys: return "keys";
    case change_kind::start: return "start";
    case change_kind::unclean: return "start after a crash";
    case change_kind::stop: return "stop";
    case change_kind::reload: return "reload";
    case change_kind::repair: return "repair";
    case change_kind::clock: return "clock";
    case change_kind::other: return "other";
    }
    return "?";
}

std::string_view meaning(std::string_view reason_word) {
    const auto why = named_as<reason>(reason_word);
    return why ? meaning(*why) : std::string_view{};
}

std::string classification_text(const std::string& name) { return name.empty() ? "no classification" : name; }

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
    return html::grouped(number) + " " + std::string(number == 1 ? one : many);
}

std::string rest_note(std::uint64_t more, std::uint64_t left_out, std::string_view many) {
    std::string out;
    if (more > 0)
        out = "The " + std::to_string(most_ranked) + " most frequent are shown; there are " + html::grouped(more) + " more " +
              std::string(many) + ".";
    if (left_out > 0)
        out += std::string(out.empty() ? "" : " ") + "There were more different " + std::string(many) +
               " than are counted one by one: " + html::grouped(left_out) + " times one was left out.";
    return out;
}

} // namespace sealgate::policy
