#include "milter/threads/memory.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/base/thread_name.hpp"
#include "milter/writers/tell.hpp"

#include <new>
#include <utility>

namespace sealgate::milter {

thread_memory::thread_memory(std::filesystem::path directory, thread_file::complaint complain, clock now)
    : complain_(std::move(complain))
    , now_(std::move(now))
    , file_(std::move(directory), complain_) {
    try {
        read();
    } catch (const std::exception& problem) {
        say(text_of(problem));
    }
    writer_ = with_thread_name("threads", [this] { return std::thread([this] { run(); }); });
}

thread_memory::~thread_memory() {
    queue_.close();
    writer_.join();
}

bool thread_memory::is_read() const {
    const std::lock_guard lock(mutex_);
    return is_read_;
}

thread_table thread_memory::table() const {
    const std::lock_guard lock(mutex_);
    return table_;
}

// What was read and does not stand in the file any more is written at once.
void thread_memory::read() {
    auto from_disk = file_.read();
    const bool is_empty = from_disk.size() == 0;
    {
        const std::lock_guard lock(mutex_);
        table_ = std::move(from_disk);
        is_read_ = true;
    }
    if (!is_empty && file_.is_to_be_written_anew()) file_.write_anew(table());
}

void thread_memory::read_again(completion done) { queue_.push({.lines = {}, .done = std::move(done)}); }

std::optional<std::vector<std::string>> thread_memory::find(const std::vector<std::string>& ids) const {
    if (ids.empty()) return std::vector<std::string>{};
    const std::lock_guard lock(mutex_);
    if (!is_read_) return std::nullopt;
    return table_.find(ids);
}

void thread_memory::remember(const std::vector<std::string>& ids, std::string_view name, completion done, whose_mail whose) {
    std::unique_lock lock(mutex_);
    const bool is_possible = is_read_;
    std::string lines;
    if (is_possible) lines = table_.add(ids, name, whose, now());
    lock.unlock();
    if (!is_possible) return done({.text = "what is known of threads cannot be read"});
    queue_.push({.lines = std::move(lines), .done = std::move(done)});
}

void thread_memory::join(const std::vector<std::string>& ids, std::string_view name) {
    std::unique_lock lock(mutex_);
    std::string lines;
    if (is_read_) lines = table_.add(ids, name, whose_mail::others, now());
    lock.unlock();
    if (!lines.empty()) queue_.push({.lines = std::move(lines), .done = {}});
}

void thread_memory::run() {
    for (;;) {
        const auto batch = queue_.take(); // who waits is let go with it
        if (batch.empty()) return;
        write(batch);
    }
}

void thread_memory::write(const std::vector<waiting>& batch) {
    static const unwritten no_memory{.text = "no memory for it", .no_room = true};
    write_and_tell(batch, no_memory, [this](const auto& all) { return commit(all); });
}

// What is written anew has the lines already. Returns why they are not on disk, or nothing.
unwritten thread_memory::commit(const std::vector<waiting>& batch) {
    std::string lines;
    unwritten problem;
    bool is_awaited = false;
    for (const auto& one : batch) {
        lines += one.lines;
        is_awaited = is_awaited || one.done;
    }
    try {
        if (!is_read())
            read();
        else if (lines.empty())
            return {};
        else if (file_.is_to_be_written_anew())
            file_.write_anew(table());
        else
            file_.append(lines, is_awaited ? thread_file::durable::yes : thread_file::durable::no);
    } catch (const std::exception& failure) {
        problem = why_unwritten(failure);
    }
    say(problem.text);
    return problem;
}

// A line that finds no memory is not worth a mail.
void thread_memory::say(const std::string& problem) try {
    const auto* waits =
        is_read() ? "; sensitive mail is deferred until it works"
                  : "; until it can be read, sensitive mail is deferred, and replies without a tag that would leave in clear";
    const auto news = writing_.news(problem);
    if (news) complain_("memory of threads: " + *news + (problem.empty() ? "" : waits));
} catch (const std::bad_alloc&) {
}

} // namespace sealgate::milter
