// The audit log and its rotated files, oldest first: FILE.24.gz ... FILE.2.gz, FILE.1, FILE; also
// FILE-20261125.gz, as logrotate's dateext names them. Read with zlib, which takes plain files too.
// Needs group adm, or root.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "ctl/failure.h"

namespace failover {

// Calls `take` with each line, without its end. Lines longer than 64 KiB are cut. A rotation meanwhile
// loses no line and repeats none. The result: the files of which only a part could be read, because
// they are damaged or just being compressed.
std::expected<std::vector<std::string>, Failure> ReadLog(
    const std::string& path, const std::function<void(std::string_view)>& take);

}  // namespace failover
