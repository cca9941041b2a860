// main.cf and master.cf as files, around changes by postconf(1), which makes a plain 0644 file of root's out of each: mode,
// owner and a symbolic link are kept, a copy stays beside them, and all can be put back. And the record of what was done.
// Tested by e2e/test_setup.py.
#pragma once

#include "milter/postfix/edits.hpp"
#include "milter/postfix/postconf.hpp"

#include <array>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sealgate::milter {

// One of the two, as it was when it was read. Errors throw std::system_error.
class kept_file {
public:
    explicit kept_file(const std::filesystem::path& named);

    const std::string& content() const { return content_; }
    // Its content as it is now under the name, but mode, owner and place as they were.
    void keep_manner() const;
    void put_back() const { replace(content_); }
    void replace(std::string_view content) const;
    void copy_to(const std::filesystem::path& other) const;

private:
    void write(const std::filesystem::path& file, std::string_view content) const;
    void restore_link() const;

    std::filesystem::path named_, file_;        // file_: where the name leads
    std::optional<std::filesystem::path> link_; // what the name says, where it is a link
    std::string content_;
    mode_t mode_ = 0;
    uid_t owner_ = 0;
    gid_t group_ = 0;
};

class postfix_changer {
public:
    explicit postfix_changer(const postconf& of, const std::string& directory);

    // What an earlier setup did, and nothing where there was none. The error names the file.
    std::expected<std::optional<postfix_record>, std::string> record() const;

    // Makes these edits, and has Postfix check them; on any failure both files are as before, and the error says what failed.
    std::expected<void, std::string> apply(const std::vector<postfix_edit>& edits);
    // The way back: `edits` are undoing already. Where nobody has changed a file since, it becomes what it was, to the octet,
    // and its copy goes.
    std::expected<void, std::string> undo(const std::vector<postfix_edit>& edits);

    // The copies of the files as they were before the first change.
    std::filesystem::path backup_of(std::string_view name) const;

private:
    std::expected<void, std::string> make(const std::vector<postfix_edit>& edits) const;
    std::expected<void, std::string> make_safely(const std::vector<postfix_edit>& edits);
    bool is_as_before(std::string_view name) const;
    bool restore(std::string_view name, const std::string& digest) const;
    std::string digest_of(std::string_view name) const;

    const postconf& postfix_;
    std::filesystem::path directory_;
};

} // namespace sealgate::milter
