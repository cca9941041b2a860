#include "milter/outbox/copy_file.hpp"

#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
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
namespace json = boost::json;

constexpr unsigned format_version = 1;
constexpr std::size_t longest_head = std::size_t{16} << 20; // 2000 recipients take half a MiB
constexpr std::size_t longest_address = 1000;               // RFC 5321 says 256; Postfix reads lines of 2048

// Not O_NOFOLLOW alone: a FIFO would keep its reader waiting for ever.
constexpr int looking = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

// Reads fields of one JSON object, and remembers the first that was not as it should be.
class field_reader {
public:
    explicit field_reader(const json::object& from)
        : from_(from) {}

    std::string text(std::string_view name) {
        const auto* value = from_.if_contains(name);
        if (value && value->is_string()) return std::string(std::string_view(value->as_string()));
        return wrong(name), std::string{};
    }
    // Empty where it is missing.
    std::string text_or_none(std::string_view name) { return from_.contains(name) ? text(name) : std::string{}; }
    std::uint64_t number(std::string_view name) {
        const auto* value = from_.if_contains(name);
        if (value && value->is_int64() && value->as_int64() >= 0) return static_cast<std::uint64_t>(value->as_int64());
        return wrong(name), 0;
    }
    wall_time time(std::string_view name) {
        const auto read = parse_rfc3339(text(name));
        if (!read) wrong(name);
        return read.value_or(wall_time{});
    }
    const json::array* list(std::string_view name) {
        const auto* value = from_.if_contains(name);
        if (value && value->is_array()) return &value->as_array();
        return wrong(name), nullptr;
    }
    void require(bool holds, std::string_view name) {
        if (!holds) wrong(name);
    }
    const std::string& problem() const { return problem_; }

private:
    void wrong(std::string_view name) {
        if (problem_.empty()) problem_ = "its " + std::string(name) + " is missing or wrong";
    }

    const json::object& from_;
    std::string problem_;
};

void add_if_said(json::object& to, std::string_view name, const std::string& value) {
    if (!value.empty()) to.emplace(name, value);
}

waiting_recipient read_recipient(const json::value& value, field_reader& of_head) {
    if (!value.is_object()) return of_head.require(false, "recipients"), waiting_recipient{};
    field_reader fields(value.as_object());
    waiting_recipient out{.address = fields.text("address"),
                          .identity = fields.text("identity"),
                          .last_reply = fields.text("last_reply"),
                          .dsn = {.notify = fields.text_or_none("notify"), .orcpt = fields.text_or_none("orcpt")}};
    of_head.require(fields.problem().empty() && is_envelope_address(out.address) && is_identity(out.identity) &&
                        is_allowed(out.dsn),
                    "recipients");
    return out;
}

copy_problem problem_of(const std::system_error& error) {
    const bool gone = error.code().value() == ENOENT || error.code().value() == ENOTDIR;
    return {.what = gone ? copy_state::gone : copy_state::unreadable, .text = error.what()};
}

std::unexpected<copy_problem> unreadable(const fs::path& file, std::string_view why) {
    return std::unexpected(copy_problem{copy_state::unreadable, file.string() + " cannot be used: " + std::string(why)});
}

// A regular file's size.
std::optional<std::uint64_t> size_of(int descriptor) {
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

// Reads until there is a line end or nothing more, or all.
enum class amount : std::uint8_t { head, all };

std::string read_from(int descriptor, amount wanted, const fs::path& file) {
    std::string out;
    char buffer[65536];
    for (;;) {
        const auto count = ::read(descriptor, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw std::system_error(errno, std::generic_category(), "cannot read " + file.string());
        if (count == 0) return out;
        const std::string_view fresh(buffer, static_cast<std::size_t>(count));
        out += fresh;
        if (wanted == amount::head && (fresh.contains('\n') || out.size() > longest_head)) return out;
    }
}

// `content` has the first line at least.
std::expected<copy_head, copy_problem> head_of(std::string_view content, std::uint64_t file_size, const fs::path& file) {
    const auto end = content.find('\n');
    if (end == std::string_view::npos || end > longest_head) return unreadable(file, "it has no first line");
    auto head = parse_head(content.substr(0, end));
    if (!head) return unreadable(file, head.error());
    if (file_size != end + 1 + head->size) return unreadable(file, "it is cut short or was added to");
    return *std::move(head);
}

bool all_in(std::string_view text, std::string_view alphabet) {
    return !text.empty() && text.find_first_not_of(alphabet) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";
constexpr std::string_view batch_letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_batch(std::string_view name) { return name.size() <= 32 && all_in(name, batch_letters); }
bool is_number(std::string_view name) { return name.size() <= 8 && all_in(name, digits); }

// "7Q2KM4XD.1" in its two parts.
std::optional<std::pair<std::string, std::string>> parts_of(std::string_view id) {
    const auto dot = id.find('.');
    if (dot == std::string_view::npos || !is_batch(id.substr(0, dot)) || !is_number(id.substr(dot + 1))) return std::nullopt;
    return std::pair(std::string(id.substr(0, dot)), std::string(id.substr(dot + 1)));
}

std::vector<fs::path> contents_of(const fs::path& directory) {
    std::vector<fs::path> out;
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
        if (at->path().extension() != ".new") out.push_back(at->path());
    // What is gone or closed to us has nothing in it for us. Out of descriptors, say, is no empty directory.
    const bool has_nothing = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory ||
                             error == std::errc::permission_denied;
    if (error && !has_nothing) throw fs::filesystem_error("cannot look into", directory, error);
    std::ranges::sort(out);
    return out;
}

} // namespace

bool is_identity(std::string_view text) { return text.size() == 64 && all_in(text, "0123456789abcdef"); }

bool is_envelope_address(std::string_view address) {
    if (address.empty() || address.size() > longest_address) return false;
    bool quoted = false;
    for (std::size_t i = 0; i < address.size(); ++i) {
        const auto c = address[i];
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
        if (c == '"') quoted = !quoted;
        if (!quoted && (c == '<' || c == '>' || c == ' ')) return false;
        if (c != '\\') continue;
        // A backslash takes the sting out of the next character, which must be one that may stand there at
        // all.
        if (!quoted || ++i == address.size()) return false;
        if (static_cast<unsigned char>(address[i]) < 0x20 || address[i] == 0x7F) return false;
    }
    return !quoted && text::is_utf8(address);
}

std::string addresses_of(const std::vector<waiting_recipient>& recipients) {
    std::vector<std::string> out;
    for (const auto& one : recipients) out.push_back(one.address);
    return text::join(out, ", ");
}

std::string head_line(const copy_head& head) {
    json::array recipients;
    for (const auto& one : head.recipients) {
        json::object fields{{"address", one.address}, {"identity", one.identity}, {"last_reply", one.last_reply}};
        add_if_said(fields, "notify", one.dsn.notify);
        add_if_said(fields, "orcpt", one.dsn.orcpt);
        recipients.push_back(std::move(fields));
    }
    json::object fields{{"version", format_version}, {"id", head.id},
                        {"decision", head.decision}, {"created", rfc3339(head.created)},
                        {"sender", head.sender},     {"recipients", std::move(recipients)},
                        {"tries", head.tries},       {"next_try", rfc3339(head.next_try)},
                        {"size", head.size}};
    add_if_said(fields, "ret", head.dsn.ret);
    add_if_said(fields, "envid", head.dsn.envid);
    return json::serialize(fields) + "\n";
}

std::expected<copy_head, std::string> parse_head(std::string_view line) {
    boost::system::error_code error;
    const auto value = json::parse(line, error);
    if (error || !value.is_object()) return std::unexpected("its first line is no JSON object");
    field_reader fields(value.as_object());
    if (fields.number("version") != format_version) return std::unexpected("its version is not 1");
    copy_head out{.id = fields.text("id"),
                  .decision = fields.text("decision"),
                  .created = fields.time("created"),
                  .sender = fields.text("sender"),
                  .recipients = {},
                  .tries = 0,
                  .next_try = fields.time("next_try"),
                  .size = fields.number("size"),
                  .dsn = {.ret = fields.text_or_none("ret"), .envid = fields.text_or_none("envid")}};
    const auto tries = fields.number("tries");
    fields.require(tries < 1'000'000, "tries");
    out.tries = static_cast<unsigned>(tries);
    fields.require(is_allowed(out.dsn), "ret or envid");
    fields.require(parts_of(out.id).has_value(), "id");
    fields.require(out.sender.empty() || is_envelope_address(out.sender), "sender");
    const auto* recipients = fields.list("recipients");
    if (recipients)
        for (const auto& one : *recipients) out.recipients.push_back(read_recipient(one, fields));
    fields.require(!out.recipients.empty(), "recipients");
    if (!fields.problem().empty()) return std::unexpected(fields.problem());
    return out;
}

std::expected<copy_head, copy_problem> read_head(const fs::path& file) {
    try {
        const keys::open_file from(file, looking);
        const auto size = size_of(from.descriptor());
        if (!size) return unreadable(file, "it is no file");
        return head_of(read_from(from.descriptor(), amount::head, file), *size, file);
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
        if (!size_of(descriptor)) return unreadable(file, "it is no file");
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
            return std::unexpected(copy_problem{copy_state::busy, file.string() + " is in use"});
        // Somebody may have replaced it between opening and locking.
        struct stat here = {};
        struct stat named = {};
        if (::stat(file.c_str(), &named) != 0 || ::fstat(descriptor, &here) != 0 || here.st_ino != named.st_ino)
            return std::unexpected(copy_problem{copy_state::busy, file.string() + " is in use"});
        auto content = read_from(descriptor, amount::all, file);
        auto head = head_of(content, content.size(), file);
        if (!head) return std::unexpected(std::move(head.error()));
        content.erase(0, content.find('\n') + 1);
        made->head = *std::move(head);
        made->message = std::move(content);
        return made;
    } catch (const std::system_error& error) {
        return std::unexpected(problem_of(error));
    }
}

void claimed_copy::rewrite() const { keys::replace_file(path_, head_line(head) + message); }

void claimed_copy::remove() const {
    keys::remove_file(path_);
    const auto batch = path_.parent_path();
    if (is_batch(batch.filename().string())) ::rmdir(batch.c_str()); // stays while other copies lie in it
}

bool claimed_copy::exists() const { return fs::exists(path_); }

fs::path outbox_places::waiting_file(std::string_view id) const {
    const auto parts = parts_of(id);
    return parts ? waiting() / parts->first / parts->second : fs::path{};
}

fs::path outbox_places::failed_file(std::string_view id) const {
    return parts_of(id) ? failed() / std::string(id) : fs::path{};
}

std::vector<found_copy> find_waiting(const outbox_places& places) {
    std::vector<found_copy> out;
    for (const auto& batch : contents_of(places.waiting())) {
        const auto name = batch.filename().string();
        if (!is_batch(name)) {
            out.push_back({.id = {}, .file = batch});
            continue;
        }
        for (const auto& file : contents_of(batch)) {
            const auto number = file.filename().string();
            out.push_back({.id = is_number(number) ? name + "." + number : std::string{}, .file = file});
        }
    }
    return out;
}

std::vector<found_copy> find_failed(const outbox_places& places) {
    std::vector<found_copy> out;
    for (const auto& file : contents_of(places.failed())) {
        const auto name = file.filename().string();
        out.push_back({.id = parts_of(name) ? name : std::string{}, .file = file});
    }
    return out;
}

} // namespace sealgate::milter
