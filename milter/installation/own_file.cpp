#include "milter/installation/own_file.hpp"

#include "keys/base/files.hpp"
#include "milter/installation/first_files.hpp"

#include <filesystem>

namespace sealgate::milter {

namespace {

constexpr unsigned everybody_reads = 0644; // the directory says who gets there

} // namespace

own_file_state write_own_file(const std::string& file, std::string_view content, const std::function<bool()>& may_replace) {
    const auto marked = with_mark(content);
    if (std::filesystem::exists(file)) {
        const auto before = keys::read_file(file);
        if (before == marked) return own_file_state::unchanged;
        if (!is_unchanged_since_setup(before)) {
            if (!may_replace()) return own_file_state::kept;
            keys::replace_file(file + ".before-sealgate", before, everybody_reads);
        }
    }
    keys::replace_file(file, marked, everybody_reads);
    return own_file_state::written;
}

} // namespace sealgate::milter
