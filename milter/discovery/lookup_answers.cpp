#include "milter/discovery/lookup_answers.hpp"

#include "keys/base/sqlite.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/journal/log.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace sealgate::milter {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr const char* form = "CREATE TABLE IF NOT EXISTS answer (address TEXT PRIMARY KEY, what INTEGER NOT NULL,"
                             " asked INTEGER NOT NULL, again INTEGER NOT NULL, in_a_row INTEGER NOT NULL) WITHOUT ROWID";

seconds doubled(seconds first, unsigned in_a_row, seconds most) {
    constexpr unsigned enough = 16; // times
    return std::min(first * (1 << std::min(in_a_row - 1, enough)), most);
}

constexpr std::string_view separator = " ";

bool is_of(std::string_view question, policy::key_source source) {
    return question.starts_with(std::string(name_of(source)).append(separator));
}

lookup_outcome counted(const lookup_answer& answer, std::string_view question) {
    const bool is_hopeless = answer.what == lookup_outcome::failed && answer.in_a_row > lookup_answers::most_failures &&
                             is_of(question, policy::key_source::wkd);
    return is_hopeless ? lookup_outcome::none : answer.what;
}

} // namespace

seconds believed_for(lookup_outcome what, unsigned in_a_row, seconds refresh, std::optional<seconds> retry_after) {
    switch (what) {
    case lookup_outcome::found: return refresh;
    case lookup_outcome::none: return doubled(hours(1), in_a_row, hours(24));
    case lookup_outcome::failed: {
        if (in_a_row > lookup_answers::most_failures) return hours(1);
        const auto ours = doubled(minutes(1), in_a_row, minutes(15));
        return std::clamp<seconds>(retry_after.value_or(ours), ours, hours(1));
    }
    }
    std::unreachable();
}

lookup_answers::lookup_answers(std::filesystem::path file)
    : file_(std::move(file)) {
    try {
        read();
        forget_old();
    } catch (const keys::sqlite_error& problem) {
        std::error_code ignored;
        if (problem.trouble == keys::sqlite_trouble::broken) std::filesystem::remove(file_, ignored);
    } catch (const std::system_error& problem) {
        complain(text_of(problem));
    }
}

std::string lookup_answers::question_of(policy::key_source source, std::string_view address_key) {
    return std::string(name_of(source)).append(separator).append(address_key);
}

// Of those whom nobody wrote to for a month before the last one.
void lookup_answers::forget_old() {
    if (!keys::index_may_be_read(file_) || !keys::index_may_be_written(file_)) return;
    constexpr std::int64_t a_month = std::chrono::seconds(std::chrono::days(30)).count();
    keys::own_database(file_, form)
        .prepare("DELETE FROM answer WHERE again < (SELECT max(asked) FROM answer) - ?")
        .bind(1, a_month)
        .step();
}

void lookup_answers::read() {
    if (!keys::index_may_be_read(file_)) return;
    keys::sqlite_database database(file_, keys::sqlite_database::access::read);
    auto rows = database.prepare("SELECT address, what, asked, again, in_a_row FROM answer ORDER BY asked DESC");
    while (rows.step() && answers_.size() < most) {
        if (rows.number(1) < 0 || rows.number(1) > std::to_underlying(lookup_outcome::failed)) continue;
        answers_.emplace(rows.text(0),
                         lookup_answer{.what = static_cast<lookup_outcome>(rows.number(1)),
                                       .asked = rows.time(2),
                                       .again = rows.time(3),
                                       .in_a_row = static_cast<unsigned>(std::max<std::int64_t>(rows.number(4), 1))});
    }
}

std::optional<lookup_answer> lookup_answers::find(const std::string& question, sys_seconds now) const {
    const std::lock_guard lock(mutex_);
    const auto at = answers_.find(question);
    if (at == answers_.end() || at->second.asked > now || at->second.again <= now) return std::nullopt;
    auto out = at->second;
    out.what = counted(out, question);
    return out;
}

lookup_outcome lookup_answers::put(const std::string& question, lookup_outcome what, seconds refresh,
                                   std::optional<seconds> retry_after, sys_seconds now) {
    lookup_answer answer{.what = what, .asked = now, .again = now, .in_a_row = 1};
    {
        const std::lock_guard lock(mutex_);
        const auto before = answers_.find(question);
        if (before != answers_.end() && before->second.what == what) answer.in_a_row = before->second.in_a_row + 1;
        answer.again = now + believed_for(what, answer.in_a_row, refresh, retry_after);
        if (answers_.size() >= most) make_room(now);
        answers_[question] = answer;
    }
    try_disk([&] { write(question, answer); });
    return counted(answer, question);
}

void lookup_answers::forget(const std::string& question) {
    {
        const std::lock_guard lock(mutex_);
        if (answers_.erase(question) == 0) return;
    }
    try_disk([&] {
        const std::lock_guard lock(writing_);
        keys::own_database(file_, form).prepare("DELETE FROM answer WHERE address = ?").bind(1, question).step();
    });
}

void lookup_answers::try_disk(const std::function<void()>& work) {
    try {
        work();
    } catch (const keys::sqlite_error& problem) {
        complain(text_of(problem));
    } catch (const std::system_error& problem) {
        complain(text_of(problem));
    }
}

void lookup_answers::make_room(sys_seconds now) {
    std::erase_if(answers_, [&](const auto& one) { return one.second.again <= now; });
    if (answers_.size() >= most) answers_.clear();
}

void lookup_answers::write(const std::string& question, const lookup_answer& answer) {
    const std::lock_guard lock(writing_);
    keys::own_database(file_, form)
        .prepare("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?)")
        .bind(1, question)
        .bind(2, std::int64_t{std::to_underlying(answer.what)})
        .bind(3, answer.asked)
        .bind(4, answer.again)
        .bind(5, std::int64_t{answer.in_a_row})
        .step();
}

void lookup_answers::complain(const std::string& problem) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(told_, true)) return;
    log_warning("what came of looking for keys cannot be kept in " + file_.string() + ": " + problem +
                "; after a restart they are looked for again");
}

} // namespace sealgate::milter
