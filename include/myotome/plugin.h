/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plugin interface: a shared object that exports one function,
 * `const myo_plugin *myo_plugin_entry(const myo_host *host)`, and hands over the same descriptors
 * that built-in methods have. Plugins are loaded from the folder of those that come with the
 * library and from folders that the user names, never searched for.
 */
#ifndef MYOTOME_PLUGIN_H
#define MYOTOME_PLUGIN_H

#include <myotome/decide.h>
#include <myotome/fat.h>
#include <myotome/log.h>
#include <myotome/segment.h>
#include <myotome/tensors.h>
#include <myotome/tissue.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the host offers to a plugin. Grows only at its end. */
typedef struct myo_host {
    uint32_t abi_version;
    uint32_t struct_size;
    const char *version; /* of the host */
    void (*log)(myo_log_level level, const char *line);
    /* As myo_error_set() with a finished text; returns false. */
    bool (*error_set)(myo_error *err, myo_code code, const char *text);
    /* The functions of tensors.h and decide.h. */
    bool (*tensors_parse)(const void *data, size_t size, const char *origin, myo_tensors **out,
                          myo_error *err);
    void (*tensors_destroy)(myo_tensors *tensors);
    const void *(*tensors_get)(const myo_tensors *tensors, const char *name, myo_tensor_type type,
                               size_t rank, size_t *shape, myo_error *err);
    const char *(*tensors_get_metadata)(const myo_tensors *tensors, const char *key);
    void (*proposal_structure)(size_t class_index, myo_structure *structure, myo_side *side);
    bool (*decide)(const myo_slice *slice, const myo_proposal *proposal, myo_segmentation *result,
                   myo_error *err);
} myo_host;

/* What a plugin offers. Grows only at its end. Must live as long as the shared object is loaded. */
typedef struct myo_plugin {
    uint32_t abi_version; /* MYO_ABI_VERSION */
    uint32_t struct_size;
    const char *name, *version, *licence;
    const myo_segmenter *const *segmenters;
    size_t segmenter_count;
    const myo_fat_method *const *fat_methods;
    size_t fat_method_count;
    const myo_tissue_mapper *const *tissue_mappers;
    size_t tissue_mapper_count;
} myo_plugin;

typedef const myo_plugin *(*myo_plugin_entry_function)(const myo_host *host);
#define MYO_PLUGIN_ENTRY "myo_plugin_entry"

/* The methods that are known: built in, and those of loaded plugins. */
typedef struct myo_registry myo_registry;

/* Creates a registry of the built-in methods. The caller owns *out. */
MYO_API bool myo_registry_create(myo_registry **out, myo_error *err);
/* Closes the plugins that were loaded and frees the registry; their methods are gone then. */
MYO_API void myo_registry_destroy(myo_registry *registry);

/* Loads every *.so of a folder, in the order of their names. A plugin that cannot be loaded, has
 * another ABI version, or a method whose name is taken is an error that names it. */
MYO_API bool myo_registry_load_plugins(myo_registry *registry, const char *directory,
                                       myo_error *err);

/* Loads the plugins that come with the library, from the folder myotome/plugins beside it; none is
 * no error, and one that cannot be loaded is left out with a warning in the log. */
MYO_API bool myo_registry_load_bundled(myo_registry *registry, myo_error *err);

/* Borrowed views; NULL past the end, or when no method has that name. The segmenter "auto" is the
 * first of the list: plugins in front of the built-in methods. */
MYO_API const myo_segmenter *myo_registry_get_segmenter(const myo_registry *registry, size_t index);
MYO_API const myo_segmenter *myo_registry_find_segmenter(const myo_registry *registry,
                                                         const char *name);
MYO_API const myo_fat_method *myo_registry_get_fat_method(const myo_registry *registry,
                                                          size_t index);
MYO_API const myo_fat_method *myo_registry_find_fat_method(const myo_registry *registry,
                                                           const char *name);
/* The tissue mapper of the plugin that was loaded last, or NULL: none is built in. */
MYO_API const myo_tissue_mapper *myo_registry_get_tissue_mapper(const myo_registry *registry);
/* Name of the plugin that a segmenter, fat method or mapper came from; "built-in" otherwise. */
MYO_API const char *myo_registry_get_origin(const myo_registry *registry,
                                            const myo_method_info *info);

#ifdef __cplusplus
}
#endif
#endif
