#include "milter/threads/memory.hpp"

#include "milter/base/random.hpp"
#include "policy/base/digest.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t least_growth = std::size_t{1} << 20;
constexpr int most_set_aside = 100;

bool is_key(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string new_key() {
    const auto octets = random_octets<32>();
    return sha256_hex({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

std::string read_key(const fs::path& directory) {
    return std::string(text::trim(keys::read_file(thread_key_file(directory), keys::largest_key_file)));
}

struct reading {
    bool is_ours = true; // the first line is what this key writes
    std::size_t unreadable = 0;
    std::size_t octets = 0;
    bool is_whole = true; // to the last line's end
};

reading read_into(thread_table& table, const std::string& content) {
    reading out{.octets = content.size()};
    std::string_view rest = content;
    const auto first = table.first_line();
    if (!rest.starts_with(first)) return {.is_ours = rest.empty(), .octets = content.size(), .is_whole = false};
    rest.remove_prefix(first.size());
    while (!rest.empty()) {
        out.is_whole = rest.contains('\n');
        const auto line = text::take_line(rest);
        if (!table.take(line) && out.is_whole) ++out.unreadable; // a crash cuts the last one short
    }
    return out;
}

} // namespace

fs::path thread_memory_file(const fs::path& directory) { return directory / "memory"; }
fs::path thread_key_file(const fs::path& directory) { return directory / "key"; }

std::expected<thread_table, std::string> read_threads(const fs::path& directory) {
    try {
        const auto file = thread_memory_file(directory);
        if (!fs::exists(file)) return thread_table({});
        thread_table out(read_key(directory));
        if (!read_into(out, keys::read_file(file)).is_ours)
            return std::unexpected(file.string() + " is none that the gateway has written with its key");
        return out;
    } catch (const std::exception& problem) {
        return std::unexpected(problem.what());
    }
}

thread_memory::thread_memory(fs::path directory, complaint complain, clock now)
    : directory_(std::move(directory))
    , complain_(std::move(complain))
    , now_(std::move(now)) {
    try {
        open();
    } catch (const std::exception& problem) {
        say(problem.what());
    }
    writer_ = std::thread([this] { run(); });
}

thread_memory::~thread_memory() {
    {
        const std::lock_guard lock(queueing_);
        closing_ = true;
    }
    wake_.notify_one();
    writer_.join();
}

void thread_memory::open() {
    key_ = new_key(); // good until the next start, if there is no better one
    table_ = thread_table(key_);
    keys::make_private_directory(directory_);
    key_ = key_at_hand();
    table_ = thread_table(key_);
    read();
}

// A memory without its key cannot be read by anybody.
std::string thread_memory::key_at_hand() {
    const auto file = thread_key_file(directory_);
    if (fs::exists(file)) {
        auto key = read_key(directory_);
        has_key_ = is_key(key);
        if (has_key_) return key;
        set_aside(file, "is no key of 64 hex digits in lower case");
    }
    return key_;
}

void thread_memory::read() {
    const auto file = thread_memory_file(directory_);
    if (!fs::exists(file)) return;
    std::string content;
    try {
        content = keys::read_file(file);
    } catch (const std::exception& problem) {
        return set_aside(file, problem.what());
    }
    const auto seen = read_into(table_, content);
    if (!seen.is_ours) return set_aside(file, "is none that this gateway has written with its key");
    if (seen.unreadable > 0) {
        set_aside(file, std::to_string(seen.unreadable) + " of its lines cannot be read, and the others are kept");
        return rewrite();
    }
    rewritten_ = seen.octets;
    is_behind_ = !seen.is_whole;
}

void thread_memory::set_aside(const fs::path& file, std::string_view why) {
    auto to = file;
    for (int i = 0; i < most_set_aside; ++i) {
        to = file;
        to += i == 0 ? std::string(".broken") : ".broken-" + std::to_string(i);
        if (!fs::exists(fs::symlink_status(to))) break;
    }
    std::error_code error;
    fs::rename(file, to, error);
    complain_("memory of threads: " + file.string() + ": " + std::string(why) + "; " +
              (error ? "it cannot be moved aside: " + error.message() : "moved to " + to.string()) +
              ". Replies to sensitive mail that is forgotten are known by their hidden subject alone");
}

std::vector<std::string> thread_memory::find(const std::vector<std::string>& ids) const {
    const std::lock_guard lock(mutex_);
    return table_.find(ids);
}

void thread_memory::remember(const std::vector<std::string>& ids, std::string_view name, completion done) {
    std::unique_lock lock(mutex_);
    auto lines = table_.add(ids, name, whose_mail::ours, now());
    lock.unlock();
    append({.lines = std::move(lines), .done = std::move(done)});
}

void thread_memory::join(const std::vector<std::string>& ids, std::string_view name) {
    std::unique_lock lock(mutex_);
    auto lines = table_.add(ids, name, whose_mail::others, now());
    lock.unlock();
    if (!lines.empty()) append({.lines = std::move(lines), .done = {}});
}

void thread_memory::append(waiting what) {
    {
        const std::lock_guard lock(queueing_);
        queue_.push_back(std::move(what));
    }
    wake_.notify_one();
}

void thread_memory::run() {
    for (;;) {
        std::unique_lock lock(queueing_);
        wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
        const auto batch = std::exchange(queue_, {});
        lock.unlock();
        if (batch.empty()) return;
        write(batch);
    }
}

void thread_memory::write(const std::vector<waiting>& batch) {
    std::string lines, problem;
    bool is_awaited = false;
    for (const auto& one : batch) {
        lines += one.lines;
        is_awaited = is_awaited || one.done;
    }
    try {
        write_lines(lines, is_awaited);
    } catch (const std::exception& failure) {
        problem = failure.what();
    }
    say(problem);
    for (const auto& one : batch)
        if (one.done) one.done(problem);
}

// What is written anew has the lines already.
void thread_memory::write_lines(const std::string& lines, bool is_awaited) {
    const auto file = thread_memory_file(directory_);
    if (is_behind_ || grown_ > std::max(least_growth, rewritten_) || !fs::exists(file)) return rewrite();
    is_behind_ = true; // until all of it is there
    if (!to_) to_ = std::make_unique<keys::open_file>(file, O_WRONLY | O_APPEND);
    to_->write_all(lines);
    if (is_awaited) to_->sync();
    grown_ += lines.size();
    is_behind_ = false;
}

void thread_memory::rewrite() {
    to_.reset();
    is_behind_ = true;
    keys::make_private_directory(directory_);
    if (!has_key_) {
        const auto file = thread_key_file(directory_);
        if (fs::exists(file)) throw std::runtime_error(file.string() + " could not be read at the start");
        keys::replace_file(file, key_ + "\n");
        has_key_ = true;
    }
    std::unique_lock lock(mutex_);
    const auto table = table_;
    lock.unlock();
    const auto content = table.whole();
    keys::replace_file(thread_memory_file(directory_), content);
    to_ = std::make_unique<keys::open_file>(thread_memory_file(directory_), O_WRONLY | O_APPEND);
    rewritten_ = content.size();
    grown_ = 0;
    is_behind_ = false;
}

// What lasts is said once, and that it is over.
void thread_memory::say(const std::string& problem) {
    if (problem == said_) return;
    complain_("memory of threads: " +
              (problem.empty() ? "works again: " + said_ : problem + "; sensitive mail is deferred until it works"));
    said_ = problem;
}

} // namespace sealgate::milter
