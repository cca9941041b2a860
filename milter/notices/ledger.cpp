#include "milter/notices/ledger.hpp"

#include "milter/journal/log.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <fcntl.h>
#include <system_error>

namespace sealgate::milter {

namespace {

// The file is written anew when it has grown by this much, and by as much as it had.
constexpr std::size_t least_growth = std::size_t{1} << 20;
constexpr std::size_t keys_in_a_line = 500;

} // namespace

notice_ledger::notice_ledger(const std::filesystem::path& directory)
    : file_(directory / "ledger.jsonl") {
    keys::make_private_directory(directory);
    if (std::filesystem::exists(file_)) read();
}

void notice_ledger::read() {
    const auto content = keys::read_file(file_);
    std::string_view rest = content;
    std::size_t number = 0, unreadable = 0;
    while (!rest.empty()) {
        ++number;
        const bool is_whole = rest.contains('\n');
        const auto line = parse_ledger_line(text::take_line(rest));
        if (line)
            apply(line->collected ? policy::parse_address(line->collected->sender).key() : line->sent, *line);
        else if (is_whole && ++unreadable == 1)
            log_warning(file_.string() + ":" + std::to_string(number) + " is " + line.error() +
                        "; passed over, senders may be told again");
    }
}

std::optional<wall_time> notice_ledger::told_at(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto at = told_.find(key);
    return at == told_.end() ? std::nullopt : std::optional(at->second);
}

notice_ledger::told_lately notice_ledger::told_behind(std::uint64_t seen) const {
    const std::lock_guard lock(mutex_);
    const auto begin = std::max(seen, forgotten_) - forgotten_,
               end = std::min<std::uint64_t>(order_.size(), begin + most_lately);
    told_lately out{.keys = {}, .seen = forgotten_ + end};
    for (auto i = begin; i < end; ++i) out.keys.emplace_back(order_[i].second, order_[i].first);
    return out;
}

void notice_ledger::remember(std::vector<std::string> keys, wall_time now, std::chrono::seconds keep) {
    const std::lock_guard one_at_a_time(writing_);
    note({}, {.at = now, .told = std::move(keys)}, now, keep);
}

void notice_ledger::learn(std::vector<std::string> keys, wall_time told, wall_time now, std::chrono::seconds keep) {
    const std::lock_guard one_at_a_time(writing_);
    note({}, {.at = told, .told = std::move(keys)}, now, keep);
}

void notice_ledger::collect(const std::string& who, collected_mail mail, std::vector<std::string> keys, wall_time now,
                            std::chrono::seconds keep) {
    const std::lock_guard one_at_a_time(writing_);
    std::unique_lock lock(mutex_);
    const auto before = pending_.find(who);
    if (before != pending_.end()) mail.due = before->second.due;
    const bool full =
        collected_ >= most_collected_all || (before != pending_.end() && before->second.mails.size() >= most_collected);
    if (full && before == pending_.end()) // nobody's first mail is only counted; see has_room_for()
        throw std::system_error(std::make_error_code(std::errc::no_space_on_device), "too many notices wait");
    if (full) ++before->second.unlisted;
    lock.unlock();
    ledger_line line{.at = now, .told = std::move(keys)};
    if (!full) {
        line.collected = std::move(mail);
        write(to_text(line));
    }
    apply(who, line);
    forget(now, keep);
}

bool notice_ledger::has_room_for(const std::string& who) const {
    const std::lock_guard lock(mutex_);
    return collected_ < most_collected_all || pending_.contains(who);
}

std::optional<wall_time> notice_ledger::next_due() const {
    const std::lock_guard lock(mutex_);
    std::optional<wall_time> earliest;
    for (const auto& [who, digest] : pending_)
        if (!earliest || digest.due < *earliest) earliest = digest.due;
    return earliest;
}

std::vector<std::string> notice_ledger::due(wall_time now, std::chrono::seconds span) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const auto& [who, digest] : pending_)
        if (digest.due <= now || digest.due > now + span + usual_step) out.push_back(who);
    return out;
}

std::optional<pending_digest> notice_ledger::pending(const std::string& who) const {
    const std::lock_guard lock(mutex_);
    const auto at = pending_.find(who);
    return at == pending_.end() ? std::nullopt : std::optional(at->second);
}

void notice_ledger::sent(const std::string& who, std::vector<std::string> keys, wall_time now, std::chrono::seconds keep) {
    const std::lock_guard one_at_a_time(writing_);
    note(who, {.at = now, .told = std::move(keys), .sent = who}, now, keep);
}

// It is known at once, also where it cannot be written: what was told is told.
void notice_ledger::note(const std::string& who, const ledger_line& line, wall_time now, std::chrono::seconds keep) {
    apply(who, line);
    forget(now, keep);
    write(to_text(line));
}

void notice_ledger::apply(const std::string& who, const ledger_line& line) {
    const std::lock_guard lock(mutex_);
    for (const auto& key : line.told) {
        auto& told = told_[key];
        told = std::max(told, line.at); // of other gateways one hears late
        order_.emplace_back(line.at, key);
    }
    if (!line.sent.empty()) {
        if (const auto at = pending_.find(who); at != pending_.end()) {
            collected_ -= at->second.mails.size();
            pending_.erase(at);
        }
    }
    if (!line.collected) return;
    auto& digest = pending_[who];
    digest.sender = line.collected->sender;
    digest.language = line.collected->language;
    digest.due = line.collected->due;
    digest.mails.push_back(line.collected->mail);
    ++collected_;
}

void notice_ledger::forget(wall_time now, std::chrono::seconds keep) {
    const std::lock_guard lock(mutex_);
    const auto is_over = [&](wall_time told) { return told + keep < now || told > now + usual_step; };
    while (!order_.empty() && (is_over(order_.front().first) || told_.size() > most_told)) {
        const auto& [when, key] = order_.front();
        const auto at = told_.find(key);
        if (at != told_.end() && at->second == when) told_.erase(at); // else it was told again later
        order_.pop_front();
        ++forgotten_;
    }
}

void notice_ledger::write(const std::string& text) {
    if (is_behind_ || !to_ || grown_ > std::max(least_growth, rewritten_)) rewrite();
    is_behind_ = true; // until all of it is there
    to_->write_all(text);
    to_->sync();
    grown_ += text.size();
    is_behind_ = false;
}

void notice_ledger::rewrite() {
    const auto content = whole();
    to_.reset();
    is_behind_ = true;
    keys::replace_file(file_, content);
    to_ = std::make_unique<keys::open_file>(file_, O_WRONLY | O_APPEND);
    rewritten_ = content.size();
    grown_ = 0;
}

std::string notice_ledger::whole() const {
    const std::lock_guard lock(mutex_);
    std::string out;
    ledger_line line;
    const auto end_line = [&] {
        if (!line.told.empty()) out += to_text(line);
        line.told.clear();
    };
    for (const auto& [when, key] : order_) {
        const auto at = told_.find(key);
        if (at == told_.end() || at->second != when) continue;
        if (line.at != when || line.told.size() >= keys_in_a_line) end_line();
        line.at = when;
        line.told.push_back(key);
    }
    end_line();
    for (const auto& [who, digest] : pending_)
        for (const auto& mail : digest.mails)
            out += to_text({.at = mail.time,
                            .told = {},
                            .collected = collected_mail{
                                .sender = digest.sender, .language = digest.language, .due = digest.due, .mail = mail}});
    return out;
}

} // namespace sealgate::milter
