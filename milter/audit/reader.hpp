// The audit log read line by line, from its first file to its last, while the gateway may be writing and rotating it, and
// somebody compressing what was rotated away.
//
// A line counts once its line end is there: what is still being written, or was cut short by a crash, is none. A line longer
// than policy::longest_record is no record; it comes cut to one octet more than that, so that memory is bounded.
//
// Where a compressed file is damaged, what stands before that comes, then a line that is no record and says so, and then the
// next file. Throws std::system_error, which names the file, where one can't be read or is no regular file.
#pragma once

#include "keys/base/files.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/log_lines.hpp"
#include "milter/base/zstd_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace sealgate::milter {

// Of a file's lines those that somebody wants; behind `covered` all.
struct chosen_lines {
    std::vector<off_t> begins; // in their order
    off_t covered = 0;
};
// Asked when a file is begun; nothing: all lines. Of a compressed one either none are wanted (`covered` is all of it), or all.
using line_choice = std::function<std::optional<chosen_lines>(const std::filesystem::path& file, const keys::open_file& in)>;

class audit_reader : public log_lines {
public:
    // The log of a gateway. Throws std::runtime_error where there is none.
    explicit audit_reader(const std::filesystem::path& directory, line_choice choice = {});
    // These files, in this order.
    explicit audit_reader(std::vector<std::filesystem::path> files);

    // The next line without its line end, or false: there is none now. Asked again, it tells what has come since.
    bool next(std::string& line) override;

    // The file that the last line is from.
    const std::filesystem::path& file() const { return left_ ? *left_ : files_[at_file_]; }
    std::string place() const override { return files_.empty() ? std::string{} : file().string(); }
    std::string_view unfinished() const override { return std::string_view(buffer_).substr(at_); }

private:
    bool next_chosen(std::string& line);
    bool fill();
    std::size_t read(std::span<char> to);
    void end_with(const std::string& damage);
    void step_back();
    std::optional<std::size_t> next_file();
    std::optional<std::size_t> file_behind_lost();
    void open(std::size_t file);

    std::filesystem::path directory_; // empty: these files and no later ones
    std::vector<std::filesystem::path> files_;
    line_choice choice_;
    chosen_lines chosen_; // of the file in hand
    std::size_t next_chosen_ = 0;
    std::size_t at_file_ = 0;
    std::optional<keys::input_file> in_;
    std::optional<zstd_reader> unpacked_;       // where in_ is compressed
    std::optional<std::filesystem::path> left_; // where the last line is the unfinished end of a file
    ino_t inode_ = 0;                           // of in_: a file keeps it when it is rotated
    std::optional<std::uint64_t> first_here_;   // the number of its first record, as far as known
    std::string buffer_;
    std::size_t at_ = 0;       // of buffer_: where the next line begins
    std::size_t searched_ = 0; // of buffer_: no line end stands in it from at_ to here
};

// The number of the first record of a file of the log, by its name or its first line; nothing where it has none.
std::optional<std::uint64_t> first_record_of_log(const std::filesystem::path& file);
// A gateway's files from the one on in which that record is, or should be.
std::vector<std::filesystem::path> log_files_from(std::uint64_t record, const std::filesystem::path& directory);
// Reads none of the files before that.
line_choice behind_files_before(std::uint64_t record, const std::filesystem::path& directory);

// The last thing that `find` finds in a line of a gateway's log, file by file from the last one back, as far as it takes;
// nothing where there is none. Within a file lines come in their order.
template <class Find>
auto find_last(const std::filesystem::path& directory, Find find) {
    decltype(find(std::string_view{})) out;
    auto files = log_files(directory);
    for (auto file = files.rbegin(); file != files.rend() && !out; ++file) {
        audit_reader reader(std::vector{*file});
        for (std::string line; reader.next(line);)
            if (auto found = find(std::string_view(line))) out = std::move(found);
    }
    return out;
}

} // namespace sealgate::milter
