#include "milter/postfix/queue.hpp"

#include "milter/postfix/program.hpp"

#include <algorithm>

namespace sealgate::milter {

std::expected<std::string, std::string> postfix_queue::run(const char* tool, std::vector<std::string> arguments) const {
    return run_of_postfix(tool, configuration_, std::move(arguments));
}

std::expected<read_queue, std::string> postfix_queue::list() const {
    const auto printed = run("postqueue", {"-j"});
    if (!printed) return std::unexpected(printed.error());
    return parse_queue(*printed);
}

std::expected<held_envelope, std::string> postfix_queue::envelope(const std::string& id) const {
    const auto printed = run("postcat", {"-eq", id});
    if (!printed) return std::unexpected(printed.error());
    return parse_envelope(*printed);
}

std::expected<std::string, std::string> postfix_queue::header(const std::string& id) const {
    return run("postcat", {"-hq", id});
}

std::expected<std::string, std::string> postfix_queue::content(const std::string& id) const {
    return run("postcat", {"-hbq", id});
}

std::expected<std::size_t, std::string> postfix_queue::remove_held(const std::vector<std::string>& ids) const {
    constexpr std::size_t most_at_once = 500; // a command line has an end
    std::size_t out = 0;
    for (std::size_t from = 0; from < ids.size(); from += most_at_once) {
        std::vector<std::string> arguments;
        for (auto i = from; i < std::min(ids.size(), from + most_at_once); ++i)
            arguments.insert(arguments.end(), {"-d", ids[i]});
        arguments.emplace_back("hold");
        const auto done = ran_of_postfix("postsuper", configuration_, std::move(arguments));
        if (!done) return std::unexpected(done.error());
        const auto removed = read_removed(done->errors);
        if (!removed) return std::unexpected("postsuper does not say how many mails it removed");
        out += *removed;
    }
    return out;
}

// What was held waits for the next look at the deferred queue; postqueue -i makes it now, and is only an advantage.
std::expected<void, std::string> postfix_queue::let_go(const std::string& id) const {
    if (auto done = run("postsuper", {"-H", id}); !done) return std::unexpected(std::move(done.error()));
    (void)run("postqueue", {"-i", id});
    return {};
}

} // namespace sealgate::milter
