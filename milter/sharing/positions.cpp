#include "milter/sharing/positions.hpp"

#include "keys/base/files.hpp"
#include "policy/base/text.hpp"

namespace sealgate::milter {

read_positions read_positions_in(const std::filesystem::path& file) {
    read_positions out;
    if (!std::filesystem::exists(file)) return out;
    const auto content = keys::read_file(file);
    for (const auto line : text::split(content, '\n')) {
        const auto space = line.find(' ');
        const auto number = text::whole_number<std::uint64_t>(line.substr(0, space));
        if (space != std::string_view::npos && number) out.insert_or_assign(std::string(line.substr(space + 1)), *number);
    }
    return out;
}

void keep_positions(const std::filesystem::path& file, const read_positions& all) {
    std::string content;
    for (const auto& [gateway, last] : all) content += std::to_string(last) + " " + gateway + "\n";
    keys::replace_file(file, content);
}

} // namespace sealgate::milter
