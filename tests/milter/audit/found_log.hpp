// A log of a gateway that has ended or runs, and what it says of itself when another's hand was in it.
#pragma once

#include "keys/base/files.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/log.hpp"
#include "milter/audit/log_file.hpp"
#include "milter/proof/prove.hpp"
#include "policy/audit/log_found.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

inline std::string append_to(audit_log& log, std::string fields) {
    std::promise<std::string> done;
    log.append(std::move(fields), [&](std::string error) { done.set_value(std::move(error)); });
    return done.get_future().get();
}

inline std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::vector<std::string> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

class FoundLog : public testing::Test {
protected:
    audit_options options() {
        return {.directory = directory,
                .key = scratch.path() / "checkpoint.key",
                .checkpoints = directory / "checkpoints.jsonl",
                .complain = [this](std::string_view text) { said.emplace_back(text); }};
    }

    std::filesystem::path path() const { return written_log(directory); }

    void write(audit_log& log, int records) {
        for (int i = 0; i < records; ++i) ASSERT_THAT(append_to(log, "\"id\":1"), testing::IsEmpty());
    }

    proved verified() {
        return prove(request_for(directory, directory / "checkpoints.jsonl", scratch.path() / "checkpoint.key"));
    }

    // What the first record of the written file tells.
    std::optional<policy::log_found> told() const {
        const auto lines = lines_of(path());
        const auto out = lines.empty() ? std::nullopt : policy::log_found_told_in(lines.front());
        return out ? std::optional(out->found) : std::nullopt;
    }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    std::filesystem::path directory = scratch.path() / "audit";
    std::filesystem::path elsewhere = scratch.path() / "elsewhere.jsonl";
    std::vector<std::string> said;
};

} // namespace sealgate::milter
