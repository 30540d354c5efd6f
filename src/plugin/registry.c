/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of known methods, and the loader of plugins: the only place that calls dlopen. */
#define _GNU_SOURCE /* dladdr, which POSIX has since 2024 */

#include <myotome/plugin.h>

#include "base/file.h"
#include "base/memory.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define METHODS_MAX 64
#define PLUGINS_MAX 32
#define PATH_SIZE 4096
#define BUNDLED_FOLDER "/myotome/plugins"

static const char find_bundled_here = 0; /* lies in this library */

typedef struct loaded {
    void *handle;
    const myo_plugin *plugin;
} loaded;

/* A method with the plugin that brought it; NULL for the built-in ones. */
typedef struct segmenter_entry {
    const myo_segmenter *method;
    const myo_plugin *plugin;
} segmenter_entry;

typedef struct fat_entry {
    const myo_fat_method *method;
    const myo_plugin *plugin;
} fat_entry;

struct myo_registry {
    segmenter_entry segmenters[METHODS_MAX];
    fat_entry fat_methods[METHODS_MAX];
    loaded plugins[PLUGINS_MAX];
    size_t segmenter_count, fat_method_count, plugin_count;
    const myo_tissue_mapper *tissue_mapper;
    const myo_plugin *mapper_plugin; /* that brought it */
    myo_host host;                   /* lives here because plugins may keep the pointer */
};

static void host_log(myo_log_level level, const char *line) {
    myo_log(level, "%s", line);
}

static bool host_error_set(myo_error *err, myo_code code, const char *text) {
    return myo_error_set(err, code, "%s", text);
}

bool myo_registry_create(myo_registry **out, myo_error *err) {
    myo_registry *registry = myo_alloc_array(1, sizeof *registry, err);
    if (!registry) {
        return false;
    }
    registry->host = (myo_host){.abi_version = MYO_ABI_VERSION,
                                .struct_size = sizeof registry->host,
                                .version = myo_version(),
                                .log = host_log,
                                .error_set = host_error_set,
                                .tensors_parse = myo_tensors_parse,
                                .tensors_destroy = myo_tensors_destroy,
                                .tensors_get = myo_tensors_get,
                                .tensors_get_metadata = myo_tensors_get_metadata,
                                .proposal_structure = myo_proposal_structure,
                                .decide = myo_decide};
    size_t count;
    const myo_segmenter *const *segmenters = myo_segmenter_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        registry->segmenters[registry->segmenter_count++].method = segmenters[i];
    }
    const myo_fat_method *const *fat_methods = myo_fat_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        registry->fat_methods[registry->fat_method_count++].method = fat_methods[i];
    }
    *out = registry;
    return true;
}

void myo_registry_destroy(myo_registry *registry) {
    for (size_t i = 0; registry && i < registry->plugin_count; i++) {
        dlclose(registry->plugins[i].handle);
    }
    free(registry);
}

/* Segmenters of plugins go in front of the built-in ones, so that "auto" takes them. */
static bool add_segmenters(myo_registry *r, const myo_plugin *plugin, const char *path,
                           myo_error *err) {
    for (size_t i = 0; i < plugin->segmenter_count; i++) {
        const myo_segmenter *method = plugin->segmenters[i];
        if (method->abi_version != MYO_ABI_VERSION || r->segmenter_count == METHODS_MAX ||
            myo_registry_find_segmenter(r, method->info.name)) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "%s: segmenter '%s' has another ABI version, or its name is taken",
                                 path, method->info.name);
        }
        memmove(r->segmenters + i + 1, r->segmenters + i,
                (r->segmenter_count - i) * sizeof r->segmenters[0]);
        r->segmenters[i] = (segmenter_entry){method, plugin};
        r->segmenter_count++;
    }
    return true;
}

static bool add_fat_methods(myo_registry *r, const myo_plugin *plugin, const char *path,
                            myo_error *err) {
    for (size_t i = 0; i < plugin->fat_method_count; i++) {
        const myo_fat_method *method = plugin->fat_methods[i];
        if (method->abi_version != MYO_ABI_VERSION || r->fat_method_count == METHODS_MAX ||
            myo_registry_find_fat_method(r, method->info.name)) {
            return myo_error_set(
                err, MYO_E_ARGUMENT,
                "%s: fat method '%s' has another ABI version, or its name is taken", path,
                method->info.name);
        }
        r->fat_methods[r->fat_method_count++] = (fat_entry){method, plugin};
    }
    return true;
}

/* A plugin that was built before there were mappers has none. */
static bool add_tissue_mapper(myo_registry *r, const myo_plugin *plugin, const char *path,
                              myo_error *err) {
    if (plugin->struct_size < sizeof *plugin) {
        return true;
    }
    for (size_t i = 0; i < plugin->tissue_mapper_count; i++) {
        const myo_tissue_mapper *mapper = plugin->tissue_mappers[i];
        if (mapper->abi_version != MYO_ABI_VERSION || mapper->struct_size < sizeof *mapper ||
            mapper->columns == 0 || mapper->rows == 0 || !(mapper->step_mm > 0.0)) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "%s: tissue mapper '%s' has another ABI version or no size", path,
                                 mapper->info.name);
        }
        r->tissue_mapper = mapper;
        r->mapper_plugin = plugin;
    }
    return true;
}

static bool load_plugin(myo_registry *r, const char *path, myo_error *err) {
    if (r->plugin_count == PLUGINS_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "%s: more than %d plugins", path, PLUGINS_MAX);
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        return myo_error_set(err, MYO_E_FORMAT, "%s: cannot load plugin: %s", path, dlerror());
    }
    /* ISO C has no cast from an object pointer to a function pointer; POSIX promises this copy. */
    void *symbol = dlsym(handle, MYO_PLUGIN_ENTRY);
    myo_plugin_entry_function entry = NULL;
    memcpy(&entry, &symbol, sizeof entry);
    const myo_plugin *plugin = entry ? entry(&r->host) : NULL;
    if (!plugin || plugin->abi_version != MYO_ABI_VERSION) {
        dlclose(handle);
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "%s: not a plugin for ABI version %u of this program", path,
                             MYO_ABI_VERSION);
    }
    r->plugins[r->plugin_count++] = (loaded){handle, plugin};
    return add_segmenters(r, plugin, path, err) && add_fat_methods(r, plugin, path, err) &&
           add_tissue_mapper(r, plugin, path, err);
}

static bool is_shared_object(const char *path) {
    size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".so") == 0;
}

bool myo_registry_load_plugins(myo_registry *registry, const char *directory, myo_error *err) {
    myo_path_list list = {0};
    bool done = myo_path_list_walk(&list, directory, err);
    for (size_t i = 0; done && i < list.count; i++) {
        if (is_shared_object(list.paths[i])) {
            done = load_plugin(registry, list.paths[i], err);
        }
    }
    myo_path_list_clear(&list);
    return done;
}

/* The folder of bundled plugins, beside the library; false when it cannot be told. */
static bool find_bundled(char *folder, size_t size) {
    Dl_info library;
    if (!dladdr(&find_bundled_here, &library) || !library.dli_fname) {
        return false;
    }
    const char *end = strrchr(library.dli_fname, '/');
    size_t length = end ? (size_t)(end - library.dli_fname) : 0;
    int written = snprintf(folder, size, "%.*s" BUNDLED_FOLDER, (int)length, library.dli_fname);
    return end && written > 0 && (size_t)written < size;
}

bool myo_registry_load_bundled(myo_registry *registry, myo_error *err) {
    char folder[PATH_SIZE];
    struct stat status;
    if (!find_bundled(folder, sizeof folder) || stat(folder, &status) != 0) {
        return true;
    }
    myo_error problem = {0};
    myo_path_list list = {0};
    bool done = myo_path_list_walk(&list, folder, err);
    for (size_t i = 0; done && i < list.count; i++) {
        if (is_shared_object(list.paths[i]) && !load_plugin(registry, list.paths[i], &problem)) {
            myo_log(MYO_LOG_WARNING, "left out: %s", problem.message);
            problem = (myo_error){0};
        }
    }
    myo_path_list_clear(&list);
    return done;
}

const myo_segmenter *myo_registry_get_segmenter(const myo_registry *registry, size_t index) {
    return index < registry->segmenter_count ? registry->segmenters[index].method : NULL;
}

const myo_segmenter *myo_registry_find_segmenter(const myo_registry *registry, const char *name) {
    if (strcmp(name, "auto") == 0) {
        return myo_registry_get_segmenter(registry, 0);
    }
    for (size_t i = 0; i < registry->segmenter_count; i++) {
        if (strcmp(registry->segmenters[i].method->info.name, name) == 0) {
            return registry->segmenters[i].method;
        }
    }
    return NULL;
}

const myo_fat_method *myo_registry_get_fat_method(const myo_registry *registry, size_t index) {
    return index < registry->fat_method_count ? registry->fat_methods[index].method : NULL;
}

const myo_fat_method *myo_registry_find_fat_method(const myo_registry *registry, const char *name) {
    for (size_t i = 0; i < registry->fat_method_count; i++) {
        if (strcmp(registry->fat_methods[i].method->info.name, name) == 0) {
            return registry->fat_methods[i].method;
        }
    }
    return NULL;
}

const myo_tissue_mapper *myo_registry_get_tissue_mapper(const myo_registry *registry) {
    return registry->tissue_mapper;
}

const char *myo_registry_get_origin(const myo_registry *registry, const myo_method_info *info) {
    const myo_plugin *plugin = NULL;
    for (size_t i = 0; i < registry->segmenter_count; i++) {
        if (&registry->segmenters[i].method->info == info) {
            plugin = registry->segmenters[i].plugin;
        }
    }
    for (size_t i = 0; i < registry->fat_method_count; i++) {
        if (&registry->fat_methods[i].method->info == info) {
            plugin = registry->fat_methods[i].plugin;
        }
    }
    if (registry->tissue_mapper && &registry->tissue_mapper->info == info) {
        plugin = registry->mapper_plugin;
    }
    return plugin ? plugin->name : "built-in";
}
