#include "policy/notices/message.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/date.hpp"
#include "policy/notices/advice.hpp"
#include "policy/notices/letter.hpp"
#include "policy/notices/own_mail.hpp"
#include "policy/tags/written.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace sealgate::policy {

namespace {

constexpr std::size_t domains_in_subject = 2;
constexpr std::size_t most_decisions = 50;

std::string decision_mark(std::string_view id) { return "[sealgate " + text::ascii(id) + "]"; }

class notice_writer {
public:
    explicit notice_writer(const notice_facts& about)
        : about_(about)
        , words_(texts_in(about.rules.notices.languages, about.language))
        , groups_(groups_of(about.mails)) {}

    document letter() {
        document out{.language = words_.tag, .blocks = {}};
        out_ = &out.blocks;
        if (is_digest())
            digest();
        else if (only().kind == notice_kind::refused)
            refused();
        else if (only().kind == notice_kind::held)
            held();
        else
            warning();
        return out;
    }

    std::string subject() const {
        if (is_digest()) return filled(words_.text("digest-subject"), {{"count", {count()}}});
        std::vector<std::string> domains;
        for (const auto& one : only().recipients)
            if (std::ranges::find(domains, one.domain) == domains.end()) domains.push_back(one.domain);
        const auto unnamed = domains.size() > domains_in_subject ? domains.size() - domains_in_subject : 0;
        if (unnamed > 0) domains.resize(domains_in_subject);
        if (unnamed > 0) domains.push_back(filled(words_.text("more"), {{"count", {std::to_string(unnamed)}}}));
        return filled(words_.text(std::string(name_of(only().kind)) + "-subject"),
                      {{"domains", {text::listed(domains, words_.text("and"))}}});
    }

    std::string sender() const { return filled(words_.text("sender"), {{"organisation", {about_.rules.organisation}}}); }

    bool is_digest() const { return about_.mails.size() + about_.unlisted > 1; }
    const std::string& language_tag() const { return words_.tag; }

private:
    const told_mail& only() const { return about_.mails.front(); }
    std::string count() const { return std::to_string(about_.mails.size() + about_.unlisted); }

    void warning() {
        add(block_kind::title, "warning-heading");
        add(block_kind::paragraph, "warning-intro");
        add(block_kind::heading, "why-heading");
        add_groups(notice_kind::warning);
        better();
        tags();
        end();
        add(block_kind::small, "once");
        add(block_kind::small, "decision");
    }

    void held() {
        add(block_kind::title, "held-heading");
        add(block_kind::paragraph, "held-intro");
        add(block_kind::heading, "held-next-heading");
        add(block_kind::paragraph, "held-next");
        add(block_kind::heading, "why-heading");
        add_groups(notice_kind::held);
        better();
        tags();
        end();
    }

    void refused() {
        add(block_kind::title, "refused-heading");
        add(block_kind::paragraph, "refused-intro");
        add(block_kind::heading, "refused-why-heading");
        add_said();
        tags();
        end();
        add(block_kind::small, "once");
        add(block_kind::small, "decision");
    }

    void digest() {
        add(block_kind::title, "digest-heading");
        add(block_kind::paragraph, "digest-intro");
        if (std::ranges::find(about_.mails, notice_kind::refused, &told_mail::kind) != about_.mails.end()) {
            add(block_kind::heading, "digest-refused");
            add_said();
        }
        for (const auto kind : {notice_kind::held, notice_kind::warning}) {
            if (std::ranges::find(groups_, kind, &told_group::kind) == groups_.end()) continue;
            add(block_kind::heading, kind == notice_kind::held ? "digest-held" : "digest-warned");
            add_groups(kind);
            if (kind == notice_kind::held) add(block_kind::paragraph, "held-next");
        }
        if (about_.unlisted > 0) add(block_kind::paragraph, "digest-unlisted");
        better();
        tags();
        end();
        add(block_kind::small, "digest-decisions");
    }

    void better() {
        std::vector<std::string> meant;
        for (const auto& mail : about_.mails) {
            if (mail.kind == notice_kind::refused) continue;
            for (const auto& tag : mail.meant)
                if (std::ranges::find(meant, tag) == meant.end()) meant.push_back(tag);
        }
        auto lines = better_lines(about_.rules, words_, groups_, meant);
        if (lines.empty()) return;
        add(block_kind::heading, "better-heading");
        out_->push_back({.kind = block_kind::list, .lines = std::move(lines)});
    }

    void tags() {
        if (written_tags(about_.rules).empty()) return;
        add(block_kind::heading, "tag-heading");
        add(block_kind::paragraph, about_.rules.carriers.subject.empty() ? "tag-program" : "tag-subject");
    }

    void end() {
        const bool sealed = std::ranges::any_of(about_.mails, &told_mail::sealed);
        if (sealed && !about_.rules.encryption.always_to.empty()) add(block_kind::paragraph, "readers");
        if (!about_.rules.notices.help.empty()) add(block_kind::paragraph, "help");
    }

    void add(block_kind kind, std::string_view name) {
        auto with = places();
        with.push_back({"count", {name == "digest-unlisted" ? std::to_string(about_.unlisted) : count()}});
        out_->push_back({.kind = kind, .lines = {fill(words_.text(name), with)}});
    }

    // Why mails were refused, and what can be done: once, where several say the same.
    void add_said() {
        block list{.kind = block_kind::list, .lines = {}};
        const auto add_line = [&](phrases line) {
            if (std::ranges::find(list.lines, line) == list.lines.end()) list.lines.push_back(std::move(line));
        };
        for (const auto& mail : about_.mails)
            for (const auto& one : mail.said) add_line({{one}});
        out_->push_back(std::move(list));
    }

    void add_groups(notice_kind kind) {
        block list{.kind = block_kind::list, .lines = {}};
        for (const auto& group : groups_)
            if (group.kind == kind) list.lines.push_back(why_line(about_.rules, group, words_));
        out_->push_back(std::move(list));
    }

    // What any of the texts above may ask for; each takes what it has places for.
    filling places() const {
        const auto& rules = about_.rules;
        return {{"organisation", {rules.organisation}},
                {"time", {time()}},
                {"contact", contact_of(rules, words_)},
                {"decision", {is_digest() ? decisions(notice_kind::held) : decision_mark(only().id), emphasis::strong}},
                {"decisions", {decisions(std::nullopt)}},
                {"tags", {text::listed(written_tags(rules, words_.tag), words_.text("or")), emphasis::strong}},
                {"readers", {text::listed(rules.encryption.always_to, words_.text("and"))}},
                {"help", {rules.notices.help, emphasis::link}}};
    }

    std::string decisions(std::optional<notice_kind> of) const {
        std::vector<std::string> out;
        std::size_t unnamed = 0;
        for (const auto& mail : about_.mails) {
            if (of && mail.kind != *of) continue;
            if (out.size() < most_decisions)
                out.push_back(decision_mark(mail.id));
            else
                ++unnamed;
        }
        if (unnamed > 0) out.push_back(filled(words_.text("more"), {{"count", {std::to_string(unnamed)}}}));
        return text::listed(out, words_.text("and"));
    }

    // As the clock of whoever sent it showed it; a text that does not say which clock that is has UTC.
    std::string time() const {
        const auto parts = parts_of(words_.text("time")).parts;
        const bool says_zone = std::ranges::any_of(parts, [](const auto& one) { return one.is_place && one.text == "zone"; });
        const auto zone = says_zone ? only().zone : std::chrono::minutes{0};
        const auto when = only().time + zone;
        const auto day = std::chrono::floor<std::chrono::days>(when);
        const std::chrono::year_month_day date(day);
        const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::minutes>(when - day));
        const auto digits = [](auto number) {
            char out[16];
            std::snprintf(out, sizeof out, "%02d", static_cast<int>(number));
            return std::string(out);
        };
        return filled(words_.text("time"), {{"year", {std::to_string(static_cast<int>(date.year()))}},
                                            {"month", {digits(static_cast<unsigned>(date.month()))}},
                                            {"day", {digits(static_cast<unsigned>(date.day()))}},
                                            {"hour", {digits(clock.hours().count())}},
                                            {"minute", {digits(clock.minutes().count())}},
                                            {"zone", {zone_name(zone)}}});
    }

    const notice_facts& about_;
    const language_texts& words_;
    std::vector<told_group> groups_;
    std::vector<block>* out_ = nullptr;
};

} // namespace

std::string notice_message(const notice_facts& about) {
    notice_writer writer(about);
    const auto letter = writer.letter();
    const auto& first = about.mails.front();
    const std::string_view kind = writer.is_digest() ? "digest" : name_of(first.kind);
    return as_mail({.from = about.rules.notices.from,
                    .from_name = writer.sender(),
                    .to = {about.to},
                    .subject = writer.subject(),
                    .now = about.now,
                    .id = text::ascii(first.id) + "." + std::string(kind),
                    .made = writer.is_digest() ? automatic::generated : automatic::replied,
                    .answers = writer.is_digest() ? std::string_view{} : first.message_id},
                   letter, about.boundary);
}

} // namespace sealgate::policy
