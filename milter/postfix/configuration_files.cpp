#include "milter/postfix/configuration_files.hpp"

#include "keys/base/files.hpp"
#include "milter/base/exception_text.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sealgate::milter {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view record_name = "sealgate-setup.json";
constexpr std::size_t largest_configuration = std::size_t{16} << 20;

// Where a chain of links ends.
fs::path end_of(fs::path file) {
    constexpr int most_links = 40;
    for (int i = 0; i < most_links && fs::is_symlink(file); ++i) file = file.parent_path() / fs::read_symlink(file);
    return file;
}

} // namespace

kept_file::kept_file(const fs::path& named)
    : named_(named)
    , file_(end_of(named)) {
    if (fs::is_symlink(named)) link_ = fs::read_symlink(named);
    const keys::input_file open(named);
    const auto found = open.status();
    mode_ = found.st_mode & 07777;
    owner_ = found.st_uid;
    group_ = found.st_gid;
    content_ = keys::read_open(open.descriptor(), named, largest_configuration);
}

void kept_file::write(const fs::path& file, std::string_view content) const {
    auto beside = file;
    beside += ".sealgate-new";
    fs::remove(beside);
    {
        const keys::open_file to(beside, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (::fchown(to.descriptor(), owner_, group_) != 0 || ::fchmod(to.descriptor(), mode_) != 0)
            throw std::system_error(errno, std::generic_category(), "cannot keep owner and mode of " + file.string());
        to.write_all(content);
        to.sync();
    }
    fs::rename(beside, file);
    keys::sync_directory(file.parent_path());
}

void kept_file::keep_manner() const {
    write(file_, keys::read_file(named_, largest_configuration));
    restore_link();
}

void kept_file::replace(std::string_view content) const {
    write(file_, content);
    restore_link();
}

// postconf has put a file where the link was.
void kept_file::restore_link() const {
    if (!link_ || fs::is_symlink(named_)) return;
    auto beside = named_;
    beside += ".sealgate-new";
    fs::remove(beside);
    fs::create_symlink(*link_, beside);
    fs::rename(beside, named_);
}

void kept_file::copy_to(const fs::path& other) const { write(other, content_); }

postfix_changer::postfix_changer(const postconf& of, const std::string& directory)
    : postfix_(of)
    , directory_(directory) {}

fs::path postfix_changer::backup_of(std::string_view name) const {
    return directory_ / (std::string(name) + ".before-sealgate");
}

std::expected<std::optional<postfix_record>, std::string> postfix_changer::record() const {
    const auto file = directory_ / record_name;
    if (!fs::exists(file)) return std::nullopt;
    auto read = parse_record(keys::read_file(file, largest_configuration));
    if (!read) return std::unexpected(file.string() + ": " + read.error());
    return *std::move(read);
}

std::expected<void, std::string> postfix_changer::make(const std::vector<postfix_edit>& edits) const {
    for (const auto& one : edits)
        if (auto done = postfix_.make(one); !done) return done;
    const auto now = postfix_.read();
    if (!now) return std::unexpected(now.error());
    // postconf passes over what it does not know, and says well done.
    for (const auto& one : edits)
        if (!is_made(*now, one)) return std::unexpected("postconf did not take this: " + shown_line(one));
    return postfix_.check();
}

std::expected<void, std::string> postfix_changer::make_safely(const std::vector<postfix_edit>& edits) {
    const kept_file main(directory_ / "main.cf"), master(directory_ / "master.cf");
    for (const auto& [name, file] : {std::pair{"main.cf", &main}, std::pair{"master.cf", &master}})
        if (!fs::exists(backup_of(name))) file->copy_to(backup_of(name));
    auto done = make(edits);
    for (const auto* one : {&main, &master}) done ? one->keep_manner() : one->put_back();
    return done;
}

std::string postfix_changer::digest_of(std::string_view name) const {
    return sha256_hex(keys::read_file(directory_ / name, largest_configuration));
}

std::expected<void, std::string> postfix_changer::apply(const std::vector<postfix_edit>& edits) try {
    auto read = record();
    if (!read) return std::unexpected(read.error());
    const auto before = *std::move(read);
    // The copies are of the setup that is in force, or of one that was undone.
    if (!before)
        for (const auto* name : {"main.cf", "master.cf"}) fs::remove(backup_of(name));
    // Where somebody has changed a file between two setups, its copy is not what it is to become.
    const bool main_is_ours = !before || before->main_cf == digest_of("main.cf");
    const bool master_is_ours = !before || before->master_cf == digest_of("master.cf");
    if (auto done = make_safely(edits); !done) return done;
    const postfix_record after{.edits = merged(before ? before->edits : std::vector<postfix_edit>{}, edits),
                               .main_cf = main_is_ours ? digest_of("main.cf") : "",
                               .master_cf = master_is_ours ? digest_of("master.cf") : ""};
    keys::replace_file(directory_ / record_name, to_text(after));
    return {};
} catch (const std::exception& problem) {
    return std::unexpected(text_of(problem));
}

bool postfix_changer::is_as_before(std::string_view name) const {
    const auto backup = backup_of(name);
    return fs::exists(backup) && keys::read_file(backup, largest_configuration) == kept_file(directory_ / name).content();
}

// Whether the file is as setup left it, and now as it was before.
bool postfix_changer::restore(std::string_view name, const std::string& digest) const {
    const auto file = directory_ / name, backup = backup_of(name);
    const kept_file now(file);
    if (digest != sha256_hex(now.content()) || !fs::exists(backup)) return false;
    now.replace(keys::read_file(backup, largest_configuration));
    return true;
}

std::expected<void, std::string> postfix_changer::undo(const std::vector<postfix_edit>& edits) try {
    auto before = record();
    if (!before) return std::unexpected(before.error());
    auto left = edits;
    if (*before && restore("main.cf", (*before)->main_cf))
        std::erase_if(left, [](const auto& one) { return one.is_in_main(); });
    if (*before && restore("master.cf", (*before)->master_cf))
        std::erase_if(left, [](const auto& one) { return !one.is_in_main(); });
    if (auto done = left.empty() ? postfix_.check() : make_safely(left); !done) return done;
    keys::remove_file(directory_ / record_name);
    for (const auto* name : {"main.cf", "master.cf"})
        if (is_as_before(name)) fs::remove(backup_of(name));
    return {};
} catch (const std::exception& problem) {
    return std::unexpected(text_of(problem));
}

} // namespace sealgate::milter
