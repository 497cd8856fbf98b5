// Checks a published folder with golang/mod's sumdb/note and sumdb/tlog, which know nothing of us.
//
//	check RECORD EXTRAS EVERY
//
// RECORD is the published folder, EXTRAS holds keys.txt, proofs/ and older/ (see tests/checkers/evidence.py). What is
// ours here: the path scheme of C2SP tlog-tiles (golang/mod has its own: the height in the path, other bundles), the
// cutting of bundles, the three lines of a checkpoint and the lines of a tlog-proof. Everything that is hashed, proved
// or verified is theirs. Exit 1 names the stage that refused; exit 0 prints what was checked.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// A head is a tree head whose signature has been verified.
type head struct {
	size int64
	root tlog.Hash
}

// A record is a published folder on disk.
type record struct {
	folder, extras string
	every          int64
	log            note.Verifier
	head           head
	entries        [][]byte
	hashes         []tlog.Hash // golang/mod's order of stored hashes
	counted        []string
}

func main() {
	if len(os.Args) != 4 {
		fail("usage", errors.New("check RECORD EXTRAS EVERY"))
	}
	every, err := strconv.ParseInt(os.Args[3], 10, 64)
	if err != nil || every < 1 {
		fail("usage", errors.New("EVERY is a positive number"))
	}
	r := &record{folder: os.Args[1], extras: os.Args[2], every: every}
	stages := []struct {
		name string
		run  func() error
	}{
		{"checkpoint", r.openCheckpoint},
		{"bundles", r.readBundles},
		{"root", r.recomputeRoot},
		{"inclusion", r.proveInclusion},
		{"tiles", r.compareTiles},
		{"notes", r.verifyNotes},
		{"proofs", r.checkProofs},
		{"consistency", r.checkOlder},
	}
	for _, stage := range stages {
		if err := stage.run(); err != nil {
			fail(stage.name, err)
		}
	}
	fmt.Println(strings.Join(r.counted, "\n"))
}

func fail(stage string, err error) {
	fmt.Fprintf(os.Stderr, "REFUSED %s: %v\n", stage, err)
	os.Exit(1)
}

func (r *record) count(what string, n int) {
	r.counted = append(r.counted, fmt.Sprintf("%s %d", what, n))
}

// --- checkpoint ------------------------------------------------------------------------------------------------------

func (r *record) openCheckpoint() error {
	text, err := os.ReadFile(filepath.Join(r.folder, "log.vkey"))
	if err != nil {
		return err
	}
	if r.log, err = note.NewVerifier(strings.TrimSuffix(string(text), "\n")); err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(r.folder, "checkpoint"))
	if err != nil {
		return err
	}
	r.head, err = r.openHead(data)
	return err
}

// openHead verifies a checkpoint note under the log's key and reads its three lines.
func (r *record) openHead(data []byte) (head, error) {
	opened, err := note.Open(data, note.VerifierList(r.log))
	if err != nil {
		return head{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != r.log.Name() {
		return head{}, errors.New("not the three lines of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return head{}, errors.New("not a size")
	}
	root, err := tlog.ParseHash(lines[2])
	return head{size, root}, err
}

// --- tiles under C2SP paths ------------------------------------------------------------------------------------------

// Height makes a record a tlog.TileReader.
func (r *record) Height() int { return height }

// SaveTiles has nothing to do: the folder is the cache.
func (r *record) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles reads each tile from its C2SP path.
func (r *record) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := r.readTile(tile)
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// c2spPath maps golang/mod's tile/8/L/N to tile/L/N and its tile/8/data/N to tile/entries/N.
func c2spPath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// readWide reads a file; if the partial one is absent, the full one may stand in for it.
func (r *record) readWide(tile tlog.Tile) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(r.folder, filepath.FromSlash(c2spPath(tile))))
	if errors.Is(err, fs.ErrNotExist) && tile.W < 1<<height {
		tile.W = 1 << height
		data, err = os.ReadFile(filepath.Join(r.folder, filepath.FromSlash(c2spPath(tile))))
		if err == nil && tile.L >= 0 && len(data) != tlog.HashSize<<height {
			err = fmt.Errorf("%s: not full", c2spPath(tile))
		}
	}
	return data, err
}

func (r *record) readTile(tile tlog.Tile) ([]byte, error) {
	data, err := r.readWide(tile)
	want := tile.W * tlog.HashSize
	if err == nil && len(data) > want && len(data) == tlog.HashSize<<height {
		data = data[:want]
	}
	if err == nil && len(data) != want {
		err = fmt.Errorf("%s: %d bytes, expected %d", c2spPath(tile), len(data), want)
	}
	return data, err
}

// widest lists the tiles that a size implies; golang/mod lists every width that a growing log passed through.
func widest(size int64) []tlog.Tile {
	var found []tlog.Tile
	for _, tile := range tlog.NewTiles(height, 0, size) {
		if n := len(found); n > 0 && found[n-1].L == tile.L && found[n-1].N == tile.N {
			found[n-1] = tile
		} else {
			found = append(found, tile)
		}
	}
	return found
}

// --- entries, root, inclusion ----------------------------------------------------------------------------------------

func (r *record) readBundles() error {
	for _, tile := range widest(r.head.size) {
		if tile.L != 0 {
			continue
		}
		tile.L = -1
		data, err := r.readWide(tile)
		if err != nil {
			return err
		}
		for n := 0; n < tile.W; n++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return fmt.Errorf("%s: entry %d is cut off", c2spPath(tile), n)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			r.entries = append(r.entries, data[2:end])
			data = data[end:]
		}
		if len(data) > 0 && tile.W == 1<<height {
			return fmt.Errorf("%s: %d bytes too many", c2spPath(tile), len(data))
		}
	}
	r.count("entries", len(r.entries))
	return nil
}

// stored reads the hashes that were computed from the entries, never a tile.
func (r *record) stored() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			if index >= int64(len(r.hashes)) {
				return nil, fmt.Errorf("hash %d is not there", index)
			}
			found = append(found, r.hashes[index])
		}
		return found, nil
	})
}

func (r *record) recomputeRoot() error {
	for n, entry := range r.entries {
		hashes, err := tlog.StoredHashes(int64(n), entry, r.stored())
		if err != nil {
			return err
		}
		r.hashes = append(r.hashes, hashes...)
	}
	root, err := tlog.TreeHash(r.head.size, r.stored())
	if err == nil && root != r.head.root {
		err = fmt.Errorf("computed %v, signed %v", root, r.head.root)
	}
	return err
}

func (r *record) proveInclusion() error {
	tiles := tlog.TileHashReader(tlog.Tree{N: r.head.size, Hash: r.head.root}, r)
	checked := 0
	for n := int64(0); n < r.head.size; n++ {
		if n%r.every != 0 && n != r.head.size-1 {
			continue
		}
		proof, err := tlog.ProveRecord(r.head.size, n, tiles)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, r.head.size, r.head.root, n, tlog.RecordHash(r.entries[n])); err != nil {
			return fmt.Errorf("entry %d: %v", n, err)
		}
		checked++
	}
	r.count("inclusions", checked)
	return nil
}

// compareTiles computes every tile from the entries: TileHashReader before golang/mod 0.40 leaves inner tiles
// unchecked (CVE-2026-56865), and it never looks at tiles that no proof needs.
func (r *record) compareTiles() error {
	tiles := widest(r.head.size)
	for _, tile := range tiles {
		published, err := r.readTile(tile)
		if err != nil {
			return err
		}
		computed, err := tlog.ReadTileData(tile, r.stored())
		if err != nil {
			return err
		}
		if !bytes.Equal(published, computed) {
			return fmt.Errorf("%s is not what the entries make", c2spPath(tile))
		}
	}
	r.count("tiles", len(tiles))
	return nil
}

// --- signed records --------------------------------------------------------------------------------------------------

func (r *record) verifyNotes() error {
	text, err := os.ReadFile(filepath.Join(r.extras, "keys.txt"))
	if err != nil {
		return err
	}
	var keys []note.Verifier
	for _, line := range strings.Fields(string(text)) {
		key, err := note.NewVerifier(line)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	known, signatures := note.VerifierList(keys...), 0
	for n, entry := range r.entries {
		opened, err := note.Open(entry, known)
		if err != nil {
			return fmt.Errorf("entry %d: %v", n, err)
		}
		if len(opened.UnverifiedSigs) > 0 {
			return fmt.Errorf("entry %d: a signature of somebody unknown", n)
		}
		signatures += len(opened.Sigs)
	}
	r.count("signatures", signatures)
	return nil
}

// --- proofs beside the record ----------------------------------------------------------------------------------------

func hashLines(text string) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, line := range strings.Fields(text) {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found = append(found, hash)
	}
	return found, nil
}

func (r *record) checkProofs() error {
	names, err := filepath.Glob(filepath.Join(r.extras, "proofs", "*.tlog-proof"))
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err == nil {
			err = r.checkProof(string(data), strings.TrimSuffix(filepath.Base(name), ".tlog-proof"))
		}
		if err != nil {
			return fmt.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
	r.count("proofs", len(names))
	return nil
}

// checkProof checks a C2SP tlog-proof for the entry of the index that the file is named after.
func (r *record) checkProof(data, index string) error {
	text, checkpoint, found := strings.Cut(data, "\n\n")
	title := "c2sp.org/tlog-proof@v1\nindex " + index
	if !found || text != title && !strings.HasPrefix(text, title+"\n") {
		return errors.New("not a tlog-proof of this index")
	}
	n, err := strconv.ParseInt(index, 10, 64)
	if err != nil {
		return err
	}
	signed, err := r.openHead([]byte(checkpoint))
	if err != nil {
		return err
	}
	path, err := hashLines(strings.TrimPrefix(text, title))
	if err != nil {
		return err
	}
	if n >= int64(len(r.entries)) {
		return errors.New("no such entry")
	}
	return tlog.CheckRecord(path, signed.size, signed.root, n, tlog.RecordHash(r.entries[n]))
}

// checkOlder checks our consistency proofs, and that golang/mod makes the same ones from our tiles.
func (r *record) checkOlder() error {
	names, err := filepath.Glob(filepath.Join(r.extras, "older", "*.checkpoint"))
	if err != nil {
		return err
	}
	tiles := tlog.TileHashReader(tlog.Tree{N: r.head.size, Hash: r.head.root}, r)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		older, err := r.openHead(data)
		if err != nil {
			return err
		}
		lines, err := os.ReadFile(strings.TrimSuffix(name, ".checkpoint") + ".proof")
		if err != nil {
			return err
		}
		ours, err := hashLines(string(lines))
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(ours, r.head.size, r.head.root, older.size, older.root); err != nil {
			return fmt.Errorf("%s: %v", filepath.Base(name), err)
		}
		theirs, err := tlog.ProveTree(r.head.size, older.size, tiles)
		if err != nil {
			return err
		}
		if fmt.Sprint(theirs) != fmt.Sprint(tlog.TreeProof(ours)) {
			return fmt.Errorf("%s: golang/mod makes another proof", filepath.Base(name))
		}
	}
	r.count("older heads", len(names))
	return nil
}
