#include "policy/notices/held_mail.hpp"

#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"
#include "policy/notices/letter.hpp"
#include "policy/notices/own_mail.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

using std::chrono::sys_seconds;

constexpr std::chrono::hours between_held_mails{1};
constexpr std::size_t most_held_listed = 50;

std::string since_in_words(sys_seconds time) {
    const auto written = rfc3339(time);
    return written.substr(0, 10) + " " + written.substr(11, 5) + " UTC";
}

std::string in_one_line(const waiting_mail& one) {
    auto who = one.recipients;
    if (who.size() > 3) {
        who.resize(3);
        who.push_back("and " + std::to_string(one.recipients.size() - 3) + " more");
    }
    return one.queue_id + ", " + since_in_words(one.since) + ", from " + (one.sender.empty() ? "<>" : one.sender) + " to " +
           text::join(who, ", ") + " (" + one.why + ") [sealgate " + one.decision + "]";
}

void add_line(document& to, block_kind kind, std::string line) {
    to.blocks.push_back({.kind = kind, .lines = {{{std::move(line)}}}});
}

void add_held(document& to, const std::string& heading, const std::vector<waiting_mail>& mails) {
    if (mails.empty()) return;
    add_line(to, block_kind::heading, heading);
    block list{.kind = block_kind::list, .lines = {}};
    for (std::size_t i = 0; i < std::min(mails.size(), most_held_listed); ++i) list.lines.push_back({{in_one_line(mails[i])}});
    to.blocks.push_back(std::move(list));
    if (mails.size() > most_held_listed)
        add_line(to, block_kind::paragraph, "and " + std::to_string(mails.size() - most_held_listed) + " more.");
}

std::string held_subject(const held_news& news) {
    const auto count = news.fresh.empty() ? news.forgotten.size() : news.fresh.size();
    return std::to_string(count) + (count == 1 ? " mail is held" : " mails are held") +
           (news.fresh.empty() ? ", and nobody has decided" : "");
}

document held_letter(const held_mail_facts& about) {
    document out{.language = "en", .blocks = {}};
    add_line(out, block_kind::title, held_subject(about.news));
    add_held(out, "Held, and waiting for your word", about.news.fresh);
    add_held(out, "Still held, as far as the gateway knows", about.news.forgotten);
    add_line(out, block_kind::paragraph, "As root on the mail server, with the id that stands first:");
    for (const auto* command : {"sealgate held show ID", "sealgate held release ID",
                                "sealgate held release ID --as CLASSIFICATION", "sealgate held refuse ID"})
        add_line(out, block_kind::paragraph, command);
    add_line(
        out, block_kind::paragraph,
        "A release decides the mail anew: what has to be encrypted is encrypted, or stays held. A refusal tells its sender.");
    add_line(out, block_kind::paragraph, "All that is held now:");
    add_line(out, block_kind::paragraph, "sealgate held list");
    add_line(out, block_kind::small, "This comes once an hour at most (held.notify in sealgate.yaml).");
    return out;
}

} // namespace

// A time to come is one of a clock that was wrong.
std::optional<sys_seconds> held_quiet_until(std::optional<sys_seconds> before, sys_seconds now) {
    if (!before || *before > now || now >= *before + between_held_mails) return std::nullopt;
    return *before + between_held_mails;
}

held_news held_to_tell(const std::vector<waiting_mail>& waiting, std::optional<sys_seconds> before, std::chrono::seconds remind,
                       sys_seconds now) {
    held_news out{.fresh = {}, .forgotten = {}, .next = now + between_held_mails};
    if (const auto until = held_quiet_until(before, now)) {
        out.next = *until;
        return out;
    }
    for (const auto& one : waiting) {
        if (one.told == held_told::no)
            out.fresh.push_back(one);
        else if (one.told == held_told::once && one.since + remind <= now)
            out.forgotten.push_back(one);
        else if (one.told == held_told::once)
            out.next = std::min(out.next, one.since + remind);
    }
    return out;
}

std::string held_mail(const held_mail_facts& about) {
    return as_text_mail({.from = about.rules.notices.from,
                         .from_name = about.rules.organisation + " mail gateway",
                         .to = about.to,
                         .subject = held_subject(about.news),
                         .now = about.now,
                         .id = std::to_string(about.now.time_since_epoch().count()) + ".held"},
                        held_letter(about));
}

std::string held_identity(const held_news& news, const address& to) {
    std::string all = "held mail\n" + to.key();
    for (const auto& one : news.fresh) all += "\nnew " + one.decision;
    for (const auto& one : news.forgotten) all += "\nforgotten " + one.decision;
    return sha256_hex(all);
}

} // namespace sealgate::policy
