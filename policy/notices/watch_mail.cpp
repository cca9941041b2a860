#include "policy/notices/watch_mail.hpp"

#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"
#include "policy/notices/letter.hpp"
#include "policy/notices/own_mail.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace sealgate::policy {

namespace {

using std::chrono::sys_seconds;

constexpr std::size_t most_listed = 50;

// "2026-11-28 09:00 UTC".
std::string minute_of(sys_seconds time) {
    const auto written = rfc3339(time);
    return written.substr(0, 10) + " " + written.substr(11, 5) + " UTC";
}

std::string in_words(key_state state) {
    switch (state) {
    case key_state::usable: return "can be used";
    case key_state::expired: return "has expired";
    case key_state::revoked: return "was revoked";
    case key_state::disabled: return "is disabled";
    case key_state::not_for_encryption: return "is not for encryption";
    case key_state::weak: return "is too weak";
    case key_state::missing: return "is missing";
    }
    std::unreachable();
}

// What mends it, and the commands to type.
std::pair<std::string, std::vector<std::string>> remedy(const organisation_key& key) {
    const std::string import = "sealgate keys import FILE", check = "sealgate check";
    if (key.in_doubt) return {"A certificate in the key store cannot be read just now; the check names the file:", {check}};
    switch (key.state) {
    case key_state::usable: break;
    case key_state::expired:
        return {
            "Let its owner give the key a later end (gpg --edit-key, expire) or make a new one, and import the certificate:",
            {import}};
    case key_state::disabled: return {"Enable it again, if it may be used:", {"sealgate keys enable " + key.fingerprint}};
    case key_state::missing: return {"Import its certificate:", {import}};
    case key_state::revoked:
    case key_state::not_for_encryption:
    case key_state::weak: return {"Import the certificate of another key, one that can be used for encryption:", {import}};
    }
    return {"", {check}};
}

std::string word(std::size_t count, std::string_view one, std::string_view more) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : more);
}

class watch_writer {
public:
    explicit watch_writer(const watch_mail_facts& about)
        : about_(about)
        , news_(about.news) {}

    std::string subject() const {
        if (news_.unusable.size() == 1)
            return mail_waits() + ": the key of " + news_.unusable.front().key.entry + " " +
                   in_words(news_.unusable.front().key.state);
        if (!news_.unusable.empty()) return mail_waits() + " for " + word(news_.unusable.size(), "key", "keys") + " of our own";
        if (const auto said = subject_of_news(); !said.empty()) return said;
        if (news_.ending.empty()) return word(news_.ended.size(), "certificate has ended", "certificates have ended");
        return word(news_.ending.size(), "certificate ends", "certificates end") + " soon";
    }

    document letter() {
        add(block_kind::title, subject());
        if (!news_.unusable.empty()) tell_unusable();
        if (!news_.ending.empty()) {
            add(block_kind::heading, "These certificates end soon");
            add(block_kind::paragraph,
                "After that no mail can be encrypted to them, and mail that has to be is refused, or waits "
                "where the key is one of our own.");
            list(news_.ending, "ends on ");
        }
        if (!news_.ended.empty()) {
            add(block_kind::heading, "These certificates have ended");
            add(block_kind::paragraph, "Mail that has to be encrypted to them is refused.");
            list(news_.ended, "ended on ");
        }
        if (!news_.ending.empty() || !news_.ended.empty()) {
            add(block_kind::paragraph, "Ask their owners for a renewed certificate. It is in force as soon as it is imported:");
            add(block_kind::paragraph, "sealgate keys import FILE");
        }
        for (const auto& [kind, name] : names(key_news_kind{})) tell_news(kind);
        add(block_kind::paragraph, "All certificates and their ends:");
        add(block_kind::paragraph, "sealgate keys list");
        add(block_kind::small, "This comes once a day at most, and at once where a key of our own cannot be used any more "
                               "(keys.watch in sealgate.yaml).");
        return std::move(out_);
    }

private:
    std::string mail_waits() const { return about_.mode == mode::monitor ? "Mail would wait" : "Mail waits"; }

    std::size_t count_of(key_news_kind what) const {
        return static_cast<std::size_t>(std::ranges::count(news_.news, what, &key_news::what));
    }

    // What is found and waits can wait; a certificate that ends comes before it.
    std::string subject_of_news() const {
        if (const auto count = count_of(key_news_kind::revoked)) return word(count, "key was", "keys were") + " revoked";
        if (const auto count = count_of(key_news_kind::changed))
            return "mail to " + word(count, "address", "addresses") + " is encrypted to another key";
        const bool is_all = news_.ending.empty() && news_.ended.empty();
        const auto count = count_of(key_news_kind::proposed);
        return is_all ? word(count, "key was found and waits", "keys were found and wait") + " for your word" : std::string{};
    }

    void tell_news(key_news_kind what) {
        if (count_of(what) == 0) return;
        const auto [heading, words, commands] = words_about(what);
        add(block_kind::heading, heading);
        add(block_kind::paragraph, words);
        block all{.kind = block_kind::list, .lines = {}};
        for (const auto& one : news_.news) {
            if (one.what != what || all.lines.size() == most_listed) continue;
            all.lines.push_back(
                {{one.address + ": certificate " + one.fingerprint + " (" + std::string(name_of(one.source)) + ")" +
                  (one.replaces.empty() ? "" : ", no longer " + one.replaces) + ", " + minute_of(one.time)}});
        }
        out_.blocks.push_back(std::move(all));
        if (count_of(what) > most_listed) add(block_kind::paragraph, and_more(count_of(what)));
        for (const auto& command : commands) add(block_kind::paragraph, command);
    }

    struct told_words {
        std::string heading, words;
        std::vector<std::string> commands;
    };

    static told_words words_about(key_news_kind what) {
        switch (what) {
        case key_news_kind::revoked:
            return {"These certificates were revoked",
                    "Mail that has to be encrypted to them is refused, until another one is found or imported.",
                    {}};
        case key_news_kind::changed:
            return {"Mail is encrypted to another certificate",
                    "The one before has ended or was revoked. If you know the people, ask them whether the new one is theirs; "
                    "if it is not, disable it:",
                    {"sealgate keys disable FINGERPRINT"}};
        case key_news_kind::proposed:
            return {"These certificates were found, and mail is not encrypted to them",
                    "What speaks for each, and the command that takes one into use:",
                    {"sealgate keys proposed", "sealgate keys approve FINGERPRINT"}};
        }
        std::unreachable();
    }

    void tell_unusable() {
        add(block_kind::paragraph,
            "The policy wants what is encrypted to be encrypted to these keys too (encryption.always_to), "
            "and they cannot be used.");
        add(block_kind::paragraph, about_.mode == mode::monitor ? "The gateway is in monitor mode, so no mail waits yet. In "
                                                                  "enforce mode mail that it encrypts by these rules would:"
                                                                : "Mail that the gateway encrypts by these rules is deferred "
                                                                  "(4xx). It leaves when it is tried again after that is "
                                                                  "mended. All other mail passes.");
        block rules{.kind = block_kind::list, .lines = {}};
        for (auto& line : waiting_rules()) rules.lines.push_back({{std::move(line)}});
        if (rules.lines.empty())
            add(block_kind::paragraph, "none, since no rule says encrypt");
        else
            out_.blocks.push_back(std::move(rules));
        for (std::size_t i = 0; i < std::min(news_.unusable.size(), most_listed); ++i) tell(news_.unusable[i]);
        if (news_.unusable.size() > most_listed) add(block_kind::paragraph, and_more(news_.unusable.size()));
    }

    void tell(const unusable_key& one) {
        add(block_kind::heading, one.key.entry);
        std::string what = "The key ";
        what += one.key.state == key_state::expired && one.key.end ? "expired on " + minute_of(*one.key.end)
                                                                   : in_words(one.key.state);
        if (!one.key.fingerprint.empty()) what += "; its certificate is " + one.key.fingerprint;
        add(block_kind::paragraph, what + ". The gateway has seen it so since " + minute_of(one.since) + ".");
        const auto [words, commands] = remedy(one.key);
        if (!words.empty()) add(block_kind::paragraph, words);
        for (const auto& command : commands) add(block_kind::paragraph, command);
    }

    // Which mail needs a key of always_to: all that the gateway encrypts.
    std::vector<std::string> waiting_rules() const {
        std::vector<std::string> out;
        const auto& rules = about_.rules;
        for (rank r = 0; r < rules.rules.size(); ++r) {
            std::vector<std::string> tiers;
            for (tier_id tier = 0; tier < rules.rules[r].cells.size(); ++tier)
                if (rules.rules[r].cells[tier] == action::encrypt) tiers.push_back(rules.tiers.name(tier));
            if (!tiers.empty()) out.push_back(rules.classifications[r].name + " to " + text::join(tiers, ", "));
        }
        return out;
    }

    void list(const std::vector<ending_certificate>& certificates, std::string_view when) {
        block all{.kind = block_kind::list, .lines = {}};
        for (std::size_t i = 0; i < std::min(certificates.size(), most_listed); ++i) {
            const auto& one = certificates[i];
            auto addresses = one.addresses;
            if (addresses.size() > 3) {
                addresses.resize(3);
                addresses.push_back("…");
            }
            const auto who = addresses.empty() ? std::string("no address") : text::join(addresses, ", ");
            all.lines.push_back({{who + (one.of_organisation ? " (a key of our own, encryption.always_to)" : "") + ": " +
                                  std::string(when) + minute_of(one.end) + ", certificate " + one.fingerprint}});
        }
        out_.blocks.push_back(std::move(all));
        if (certificates.size() > most_listed) add(block_kind::paragraph, and_more(certificates.size()));
    }

    static std::string and_more(std::size_t all) { return "and " + std::to_string(all - most_listed) + " more."; }

    void add(block_kind kind, std::string line) { out_.blocks.push_back({.kind = kind, .lines = {{{std::move(line)}}}}); }

    const watch_mail_facts& about_;
    const watch_news& news_;
    document out_{.language = "en", .blocks = {}};
};

} // namespace

std::string watch_mail(const watch_mail_facts& about) {
    watch_writer writer(about);
    return as_text_mail({.from = about.rules.notices.from,
                         .from_name = about.rules.organisation + " mail gateway",
                         .to = about.to,
                         .subject = writer.subject(),
                         .now = about.now,
                         .id = std::to_string(about.now.time_since_epoch().count()) + ".key-watch"},
                        writer.letter());
}

std::string watch_identity(const watch_news& news, const std::optional<sys_seconds>& mail_before, const address& to) {
    std::string all = "key watch\n" + to.key() + "\n" + (mail_before ? rfc3339(*mail_before) : "first");
    for (const auto& one : news.unusable) all += "\nunusable " + one.key.entry;
    for (const auto& one : news.ending) all += "\nends " + one.fingerprint + " " + rfc3339(one.end);
    for (const auto& one : news.ended) all += "\nended " + one.fingerprint + " " + rfc3339(one.end);
    for (const auto& one : news.news)
        all += "\n" + std::string(name_of(one.what)) + " " + one.address + " " + one.fingerprint + " " + rfc3339(one.time);
    return sha256_hex(all);
}

} // namespace sealgate::policy
