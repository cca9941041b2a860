#include "milter/threads/file.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/base/hex_key.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t least_growth = std::size_t{1} << 20;
constexpr int most_set_aside = 100;
constexpr std::string_view forgotten = "Replies to sensitive mail that is forgotten are known by their hidden subject alone";

struct reading {
    bool is_ours = true; // the first line is what this key writes
    std::size_t unreadable = 0;
    bool is_whole = true; // to the last line's end
};

reading read_into(thread_table& table, std::string_view content) {
    reading out;
    const auto first = table.first_line();
    if (!content.starts_with(first)) return {.is_ours = content.empty(), .is_whole = false};
    content.remove_prefix(first.size());
    while (!content.empty()) {
        out.is_whole = content.contains('\n');
        const auto line = text::take_line(content);
        if (!table.take(line) && out.is_whole) ++out.unreadable; // a crash cuts the last one short
    }
    return out;
}

// A link that leads nowhere is there: what it should lead to may come back.
bool is_there(const fs::path& file) { return fs::exists(fs::symlink_status(file)); }

} // namespace

fs::path thread_memory_file(const fs::path& directory) { return directory / "memory"; }
fs::path thread_key_file(const fs::path& directory) { return directory / "key"; }

threads_on_disk read_threads(const fs::path& directory) {
    try {
        const auto file = thread_memory_file(directory), key_file = thread_key_file(directory);
        if (is_there(directory) && !fs::is_directory(directory))
            return {.known = {}, .problem = directory.string() + " is no directory"};
        if (!is_there(file) && !is_there(key_file)) return {.known = thread_table({}), .problem = {}};
        const auto key = is_there(key_file) ? read_hex_key(key_file) : std::string{};
        if (!key)
            return {.known = thread_table({}), .problem = key_file.string() + " is no key of 64 hex digits in lower case"};
        thread_table out(*key);
        if (!is_there(file)) return {.known = std::move(out), .problem = {}};
        const auto seen = read_into(out, keys::read_file(file));
        std::string problem;
        if (!seen.is_ours) problem = file.string() + " is none that the gateway has written with its key";
        if (seen.unreadable > 0)
            problem = file.string() + ": " + std::to_string(seen.unreadable) + " of its lines cannot be read";
        return {.known = std::move(out), .problem = std::move(problem)};
    } catch (const std::exception& problem) {
        return {.known = {}, .problem = text_of(problem)};
    }
}

thread_table thread_file::read() {
    to_.reset();
    is_behind_ = true;
    keys::make_private_directory(directory_);
    key_ = key_at_hand();
    thread_table out(key_);
    if (!is_there(file())) return out;
    const auto content = keys::read_file(file());
    left_ = look();
    const auto seen = read_into(out, content);
    if (!seen.is_ours) {
        set_aside(file(), "is none that this gateway has written with its key", forgotten);
    } else if (seen.unreadable > 0) {
        set_aside(file(), std::to_string(seen.unreadable) + " of its lines cannot be read, and the others are kept", forgotten);
    } else {
        if (left_) left_->size = content.size();
        rewritten_ = content.size();
        grown_ = 0;
        is_behind_ = !seen.is_whole;
    }
    return out;
}

// A memory without its key cannot be read by anybody.
std::string thread_file::key_at_hand() {
    if (is_there(key_file())) {
        if (auto key = read_hex_key(key_file())) return *std::move(key);
        set_aside(key_file(), "is no key of 64 hex digits in lower case", forgotten);
    }
    return new_hex_key();
}

void thread_file::set_aside(const fs::path& what, const std::string& why, std::string_view effect) {
    auto to = what;
    for (int i = 0; i < most_set_aside; ++i) {
        to = what;
        to += i == 0 ? std::string(".broken") : ".broken-" + std::to_string(i);
        if (!is_there(to)) break;
    }
    std::error_code error;
    fs::rename(what, to, error);
    complain_("memory of threads: " + what.string() + ": " + why + "; " +
              (error ? "it cannot be moved aside: " + error.message() : "moved to " + to.string()) + ". " +
              std::string(effect));
}

std::optional<thread_file::state> thread_file::look() const {
    struct stat seen = {};
    if (::stat(file().c_str(), &seen) == 0)
        return state{.device = seen.st_dev, .number = seen.st_ino, .size = static_cast<std::size_t>(seen.st_size)};
    if (errno == ENOENT) return std::nullopt;
    throw std::system_error(errno, std::generic_category(), "cannot look at " + file().string());
}

bool thread_file::is_to_be_written_anew() {
    if (is_behind_ || grown_ > std::max(least_growth, rewritten_)) return true;
    if (look() == left_) return false;
    is_behind_ = true;
    complain_("memory of threads: " + file().string() +
              " is not as the gateway left it, and is written anew; no other program "
              "may write it, or remove it, while the gateway runs");
    return true;
}

void thread_file::write_anew(const thread_table& table) {
    to_.reset();
    is_behind_ = true;
    keys::make_private_directory(directory_);
    keep_key();
    const auto content = table.whole();
    keys::replace_file(file(), content);
    left_ = look();
    rewritten_ = content.size();
    grown_ = 0;
    is_behind_ = false;
}

// What is written with a key that is gone is lost with the next start.
void thread_file::keep_key() {
    if (is_there(key_file())) {
        if (read_hex_key(key_file()) == key_) return;
        set_aside(key_file(), "is not the key in use", "The one in use takes its place");
    }
    write_hex_key(key_file(), key_);
}

void thread_file::append(std::string_view lines, durable how) {
    is_behind_ = true; // until all of it is there
    if (!to_) to_ = std::make_unique<keys::open_file>(file(), O_WRONLY | O_APPEND);
    to_->write_all(lines);
    if (how == durable::yes) to_->sync();
    grown_ += lines.size();
    left_->size += lines.size();
    is_behind_ = false;
}

} // namespace sealgate::milter
