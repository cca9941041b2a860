#include "milter/outbox/places.hpp"

#include "milter/outbox/copy_head.hpp"

#include <algorithm>
#include <system_error>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

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

fs::path outbox_places::waiting_file(std::string_view id) const {
    const auto parts = parse_copy_id(id);
    return parts ? waiting() / parts->batch / parts->number : fs::path{};
}

fs::path outbox_places::failed_file(std::string_view id) const {
    return parse_copy_id(id) ? failed() / std::string(id) : fs::path{};
}

std::vector<found_copy> find_waiting(const outbox_places& places) {
    std::vector<found_copy> out;
    for (const auto& batch : contents_of(places.waiting())) {
        const auto name = batch.filename().string();
        if (!is_copy_batch(name)) {
            out.push_back({.id = {}, .file = batch});
            continue;
        }
        for (const auto& file : contents_of(batch)) {
            const auto number = file.filename().string();
            out.push_back({.id = is_copy_number(number) ? name + "." + number : std::string{}, .file = file});
        }
    }
    return out;
}

std::vector<found_copy> find_failed(const outbox_places& places) {
    std::vector<found_copy> out;
    for (const auto& file : contents_of(places.failed())) {
        const auto name = file.filename().string();
        out.push_back({.id = parse_copy_id(name) ? name : std::string{}, .file = file});
    }
    return out;
}

} // namespace sealgate::milter
