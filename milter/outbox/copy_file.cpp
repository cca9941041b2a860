#include "milter/outbox/copy_file.hpp"

#include "keys/base/mapped_file.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/outbox/places.hpp"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_head = std::size_t{16} << 20; // 2000 recipients take half a MiB

// Not O_NOFOLLOW alone: a FIFO would keep its reader waiting for ever.
constexpr int looking = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

copy_problem problem_of(const std::system_error& error) {
    const bool gone = error.code().value() == ENOENT || error.code().value() == ENOTDIR;
    return {.what = gone ? copy_state::gone : copy_state::unreadable, .text = text_of(error)};
}

std::unexpected<copy_problem> unreadable(const fs::path& file, std::string_view why) {
    return std::unexpected(copy_problem{copy_state::unreadable, file.string() + " cannot be used: " + std::string(why)});
}

// A regular file's size.
std::optional<std::uint64_t> file_size(int descriptor) {
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

// Reads until there is a line end or nothing more.
std::string read_first_line(int descriptor, const fs::path& file) {
    std::string out;
    char buffer[65536];
    for (;;) {
        const auto count = ::read(descriptor, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw std::system_error(errno, std::generic_category(), "cannot read " + file.string());
        if (count == 0) return out;
        const std::string_view fresh(buffer, static_cast<std::size_t>(count));
        out += fresh;
        if (fresh.contains('\n') || out.size() > longest_head) return out;
    }
}

// `content` has the first line at least.
std::expected<copy_head, copy_problem> head_of(std::string_view content, std::uint64_t size, const fs::path& file) {
    const auto end = content.find('\n');
    if (end == std::string_view::npos || end > longest_head) return unreadable(file, "it has no first line");
    auto head = parse_head(content.substr(0, end));
    if (!head) return unreadable(file, head.error());
    if (size != end + 1 + head->size) return unreadable(file, "it is cut short or was added to");
    return *std::move(head);
}

} // namespace

std::expected<copy_head, copy_problem> read_head(const fs::path& file) {
    try {
        const keys::open_file from(file, looking);
        const auto size = file_size(from.descriptor());
        if (!size) return unreadable(file, "it is no file");
        return head_of(read_first_line(from.descriptor(), file), *size, file);
    } catch (const std::system_error& error) {
        return std::unexpected(problem_of(error));
    }
}

claimed_copy::claimed_copy(fs::path file)
    : path_(std::move(file))
    , file_(path_, looking) {}

std::expected<std::shared_ptr<claimed_copy>, copy_problem> claimed_copy::claim(const fs::path& file) {
    try {
        std::shared_ptr<claimed_copy> made(new claimed_copy(file));
        const auto descriptor = made->file_.descriptor();
        const auto size = file_size(descriptor);
        if (!size) return unreadable(file, "it is no file");
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
            return std::unexpected(copy_problem{copy_state::busy, file.string() + " is in use"});
        // Somebody may have replaced it between opening and locking.
        struct stat here = {};
        struct stat named = {};
        if (::stat(file.c_str(), &named) != 0 || ::fstat(descriptor, &here) != 0 || here.st_ino != named.st_ino)
            return std::unexpected(copy_problem{copy_state::busy, file.string() + " is in use"});
        const auto content = keys::read_mapped(descriptor, file, *size);
        auto head = head_of(content, content.size(), file);
        if (!head) return std::unexpected(std::move(head.error()));
        made->head = *std::move(head);
        made->message = content.part(content.view().find('\n') + 1);
        return made;
    } catch (const std::system_error& error) {
        return std::unexpected(problem_of(error));
    }
}

void claimed_copy::rewrite() const { keys::replace_file(path_, octet_pieces{head_line(head), message}); }

void claimed_copy::remove() const {
    keys::remove_file(path_);
    const auto batch = path_.parent_path();
    if (is_copy_batch(batch.filename().string())) ::rmdir(batch.c_str()); // stays while other copies lie in it
}

bool claimed_copy::exists() const { return fs::exists(path_); }

} // namespace sealgate::milter
