#include "milter/sharing/positions.hpp"

#include "keys/base/files.hpp"
#include "policy/base/text.hpp"

namespace sealgate::milter {

read_positions read_positions_in(const std::filesystem::path& file) {
    read_positions out;
    if (!std::filesystem::exists(file)) return out;
    const auto content = keys::read_file(file);
    for (const auto line : text::split(content, '\n')) {
        const auto words = text::split(line, ' ');
        const auto number = text::whole_number<std::uint64_t>(words[0]);
        if (words.size() == 3 && number) out[std::string(words[2])] = {.seq = *number, .hash = std::string(words[1])};
    }
    return out;
}

void keep_positions(const std::filesystem::path& file, const read_positions& all) {
    std::string content;
    for (const auto& [gateway, last] : all) content += std::to_string(last.seq) + " " + last.hash + " " + gateway + "\n";
    keys::replace_file(file, content);
}

} // namespace sealgate::milter
