// An audit log that a test writes.
#pragma once

#include "keys/base/files.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/log.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::milter {

class AuditLog : public testing::Test {
protected:
    ~AuditLog() override { std::filesystem::remove(options().key); }

    static std::string append(audit_log& log, std::string fields) {
        std::promise<std::string> done;
        log.append(std::move(fields), [&](std::string error) { done.set_value(std::move(error)); });
        return done.get_future().get();
    }

    audit_options options() const {
        return {.directory = directory,
                .key = directory + "/../" + std::filesystem::path(directory).filename().string() + ".key",
                .checkpoints = directory + "/checkpoints.jsonl"};
    }

    // Where the records are that the written file has.
    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        std::ifstream in(path());
        for (std::string line; std::getline(in, line);) out.push_back(line);
        return out;
    }

    // Records in the file if the chain is whole, else -1.
    int whole() const {
        policy::chain_end end;
        for (const auto& line : lines()) {
            auto next = policy::follow(end, line);
            if (!next) return -1;
            end = *next;
        }
        return static_cast<int>(end.last_seq);
    }

    std::string path() const { return written_log(directory).string(); }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    std::string directory = scratch.path();
};

} // namespace sealgate::milter
